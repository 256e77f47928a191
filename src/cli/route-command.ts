import type { RouteResponse } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { HealthStateSchema } from "../../gen/spillway/v1/provider_pb.ts";
import {
  type Candidate,
  type Choice,
  type Hedge,
  ResolutionStepSchema,
  type Rule,
  Strategy,
  StrategySchema,
} from "../../gen/spillway/v1/route_pb.ts";
import { readConfigOrComplain } from "./check-command.ts";
import { gatewayClient } from "./client.ts";
import { explainError } from "./explain-error.ts";
import { faultProblem } from "./fault-problem.ts";
import { guessTask } from "./guess-task.ts";
import { renderTable } from "./table.ts";
import { buildRequest, type TaskOptions } from "./task-options.ts";
import { printable } from "./terminal.ts";
import { costText, enumWord, timeText } from "./words.ts";
import type { CommandWorld } from "./world.ts";

/** The options of `spillway route`. */
export interface RouteOptions extends TaskOptions {
  readonly server: string;
  /** The plan of this file instead of a running gateway's. */
  readonly config?: string;
}

/** `spillway route`: prints who would be asked for a model, and at what cost. Returns the exit code. */
export async function routeCommand(
  model: string,
  options: RouteOptions,
  world: CommandWorld,
): Promise<number> {
  const { terminal, signal } = world;
  const config =
    options.config === undefined ? undefined : readConfigOrComplain(options.config, world);
  if (options.config !== undefined && config === undefined) return 1;
  const client = gatewayClient(config ? world.offline(config) : world.connect(options.server));
  try {
    const problem = await faultProblem(client, options.fault, signal);
    if (problem !== undefined) {
      terminal.error(problem);
      return 1;
    }
    const kind = options.operation ?? (await guessTask(client, model, signal));
    const generate = buildRequest(model, "a sample", kind, options);
    const response = await client.route({ generate }, { signal });
    terminal.write(printable(planText(response, terminal.columns)));
    return 0;
  } catch (error) {
    terminal.error(explainError(error, options.config ?? options.server, terminal.columns));
    return 1;
  }
}

function planText(response: RouteResponse, width: number): string {
  const step = enumWord(ResolutionStepSchema, response.resolution);
  const lines = [`${response.model}: ${stepTexts[step] ?? step}`];
  if (response.matchedRule !== undefined) lines.push(`rule: ${ruleText(response.matchedRule)}`);
  for (const rule of response.shadowedRules) lines.push(`passed over: ${ruleText(rule)}`);
  if (response.forced) lines.push("there is no failover");
  if (response.hedge !== undefined) lines.push(`hedge: ${hedgeText(response.hedge)}`);
  lines.push("", candidateTable(response.candidates, width).trimEnd());
  if (response.skipped.length > 0) {
    const rows = response.skipped.map(({ provider, upstreamModel, skipReason }) => {
      return [provider, upstreamModel, skipReason];
    });
    const titles = ["left out", "model there", "why"].map((title) => ({ title }));
    lines.push("", renderTable(titles, rows, width).trimEnd());
  }
  const { best, worst } = response.estimate ?? {};
  lines.push("", `cost: ${costText(best)} if all goes well, at worst ${costText(worst)}`);
  lines.push(...adjustmentLines(response.candidates), `configuration: ${response.configVersion}`);
  return `${lines.join("\n")}\n`;
}

function hedgeText({ delay, percentile }: Hedge): string {
  if (delay === undefined) return `none before the ${percentile}th percentile is known`;
  const learned = percentile === 0 ? "" : `, the ${percentile}th percentile`;
  return `the next target is asked too after ${timeText(delay)}${learned}`;
}

function candidateTable(candidates: readonly Candidate[], width: number): string {
  if (candidates.length === 0) return "no one can serve this";
  // By weight alone there is nothing to add to the columns of every table.
  const explained = candidates.some(({ choice }) => !isByWeight(choice));
  const rows = candidates.map((candidate, index) => [
    String(index + 1),
    candidate.provider,
    candidate.upstreamModel,
    String(candidate.priority),
    String(candidate.weight),
    `${(candidate.probability * 100).toFixed(candidate.probability * 100 >= 10 ? 0 : 1)} %`,
    candidate.health === 0
      ? "unknown"
      : enumWord(HealthStateSchema, candidate.health).toLowerCase().replaceAll("_", " "),
    costText(candidate.cost),
    ...(explained ? [choiceText(candidate.choice)] : []),
  ]);
  return renderTable(
    [
      { title: "#", align: "right" },
      { title: "provider" },
      { title: "model there" },
      { title: "group", align: "right" },
      { title: "weight", align: "right" },
      { title: "first", align: "right" },
      { title: "health" },
      { title: "cost", align: "right" },
      ...(explained ? [{ title: "place" }] : []),
    ],
    rows,
    width,
  );
}

function isByWeight(choice: Choice | undefined): boolean {
  const strategy = choice?.strategy ?? Strategy.UNSPECIFIED;
  return strategy === Strategy.WEIGHTED || strategy === Strategy.UNSPECIFIED;
}

/** Why a candidate stands where it stands. */
function choiceText(choice: Choice | undefined): string {
  if (choice === undefined || isByWeight(choice)) return "by weight";
  switch (choice.strategy) {
    case Strategy.FASTEST: {
      const busy = choice.inFlight > 0 ? `, ${choice.inFlight} in flight` : "";
      if (choice.latency === undefined) return `never answered yet${busy}`;
      return `${timeText(choice.latency)}${busy}: score ${timeText(choice.score)}`;
    }
    case Strategy.CHEAPEST:
      return `compared at ${costText(choice.price)}`;
    case Strategy.ROUTING_KEY:
      return "by routing key";
    default:
      return enumWord(StrategySchema, choice.strategy).toLowerCase();
  }
}

function adjustmentLines(candidates: readonly Candidate[]): string[] {
  return candidates.flatMap(({ provider, adjustments }) =>
    adjustments.map(({ field, requested, applied, reason }) => {
      const change = applied === "" ? "would be dropped" : `would become ${applied}`;
      return `${provider}: ${field} ${requested} ${change}. ${reason}`.trimEnd();
    }),
  );
}

function ruleText({ index, models, matchedPattern, line, strategy }: Rule): string {
  const place = line === 0 ? `routes[${index}]` : `routes[${index}], line ${line}`;
  const order = enumWord(StrategySchema, strategy).toLowerCase();
  const isNews = strategy === Strategy.FASTEST || strategy === Strategy.CHEAPEST;
  return `${matchedPattern || models.join(" ")} (${place}${isNews ? `, ${order}` : ""})`;
}

const stepTexts: Readonly<Record<string, string>> = {
  EXACT_RULE: "a rule names exactly this model",
  FORCED: "the name forces a provider",
  OPENROUTER: "the name is an OpenRouter id",
  PATTERN_RULE: "a rule's pattern matches",
  CATALOG: "no rule matches, the catalogue knows the model",
};
