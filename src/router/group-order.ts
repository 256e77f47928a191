import type { Random } from "../domain/random.ts";
import type { Strategy } from "../domain/rule.ts";
import { comparablePrice } from "./comparable-price.ts";
import type { Candidate, Choice } from "./plan.ts";
import { targetName } from "./prospect.ts";
import {
  type Choices,
  firstChances,
  likeliestOrder,
  type Ranked,
  rankedOrder,
} from "./ranked-order.ts";
import { rendezvousOrder } from "./rendezvous-order.ts";
import type { RoutingWorld } from "./routing-world.ts";
import { shares, weightedOrder } from "./weighted-order.ts";

/** Puts one priority group into the order in which it is tried, and says how each member got its place. */
export type GroupOrder = (group: readonly Candidate[]) => readonly Candidate[];

/** What a group's order can depend on, beside the rule's strategy. */
export interface OrderWorld extends Pick<RoutingWorld, "catalog" | "latency"> {
  /** Undefined: the likeliest order, to be shown. */
  readonly random: Random | undefined;
  /** Whether the result is streamed. Default false. */
  readonly streamed?: boolean | undefined;
}

/**
 * The order of a rule's strategy. A routing key (empty means none) goes before any
 * strategy: whoever sends one was promised the same choice each time.
 */
export function groupOrder(
  strategy: Strategy | undefined,
  routingKey: string,
  world: OrderWorld,
): GroupOrder {
  const { random } = world;
  if (routingKey !== "") return (group) => byKey(withShares(group), routingKey);
  switch (strategy ?? "weighted") {
    case "weighted":
      return (group) => byWeight(withShares(group), random);
    case "fastest":
      return (group) => byRank(group, "two", timed, world);
    case "cheapest":
      return (group) => byRank(group, "all", priced, world);
  }
}

const ofKey: Choice = { strategy: "routing_key" };

function byKey(group: readonly Candidate[], key: string): readonly Candidate[] {
  const order = rendezvousOrder(group, key, ({ endpoint, upstreamModel }) =>
    targetName(endpoint.slug, upstreamModel),
  );
  return order.map((candidate) => ({ ...candidate, choice: ofKey }));
}

function byWeight(group: readonly Candidate[], random: Random | undefined): readonly Candidate[] {
  if (random !== undefined) return weightedOrder(group, random, weightNow);
  return group.toSorted((left, right) => weightNow(right) - weightNow(left));
}

function withShares(group: readonly Candidate[]): readonly Candidate[] {
  if (group.length === 1) return group;
  const share = shares(group, weightNow);
  return group.map((candidate, index) => ({ ...candidate, probability: share[index] ?? 0 }));
}

/** A target that has just come back gets less than its weight at first. */
function weightNow({ weight, outlook }: Candidate): number {
  return outlook === undefined ? weight : weight * outlook.weightFactor;
}

/** A candidate among those of its group that are chosen by rank. */
interface Entrant extends Ranked {
  readonly candidate: Candidate;
  readonly choice: Choice;
}

function byRank(
  group: readonly Candidate[],
  choices: Choices,
  enter: (candidate: Candidate, world: OrderWorld) => Entrant,
  world: OrderWorld,
): readonly Candidate[] {
  const { random } = world;
  const entrants = group.map((candidate) => enter(candidate, world));
  const order =
    random === undefined
      ? likeliestOrder(entrants, choices)
      : rankedOrder(entrants, choices, random);
  const chances = firstChances(order, choices);
  return order.map(({ candidate, choice }, index) => ({
    ...candidate,
    probability: chances[index] ?? 0,
    choice,
  }));
}

function timed(candidate: Candidate, { latency, streamed = false }: OrderWorld): Entrant {
  const scoreMs = latency?.score(candidate, streamed) ?? 0;
  const choice: Choice = {
    strategy: "fastest",
    scoreMs,
    latencyMs: latency?.average(candidate, streamed),
    inFlight: latency?.inFlight(candidate) ?? 0,
  };
  return entrant(candidate, scoreMs, choice);
}

function priced(candidate: Candidate, { catalog }: OrderWorld): Entrant {
  const { endpoint, upstreamModel, cost, fit } = candidate;
  const price = comparablePrice(cost, catalog.findOffer(endpoint.slug, upstreamModel), fit.task);
  const rank = price.basis === "unknown" ? Number.POSITIVE_INFINITY : price.micros;
  return entrant(candidate, rank, { strategy: "cheapest", price });
}

function entrant(candidate: Candidate, rank: number, choice: Choice): Entrant {
  const { weight, outlook } = candidate;
  return { candidate, choice, rank, weight, factor: outlook?.weightFactor ?? 1 };
}
