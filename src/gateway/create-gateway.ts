import { priceUsage } from "../catalog/price-usage.ts";
import type { Attempt } from "../domain/attempt.ts";
import type { Clock } from "../domain/clock.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { GenerateResult } from "../domain/generate-result.ts";
import type { JobTicket } from "../domain/job-ticket.ts";
import type { MediaStore } from "../domain/media-store.ts";
import type { Catalog } from "../domain/model.ts";
import type { Random } from "../domain/random.ts";
import type { Rule } from "../domain/rule.ts";
import { beginAttempt, skippedAttempt } from "../failover/begin-attempt.ts";
import type { ExecuteDependencies, ExecuteInput } from "../failover/execute-input.ts";
import { executePlan } from "../failover/execute-plan.ts";
import { HealthRegistry } from "../failover/health/health-registry.ts";
import { LatencyBook } from "../failover/health/latency-book.ts";
import { hedgeDelayMs } from "../failover/hedge-delay.ts";
import { reportSkipped } from "../failover/report-skipped.ts";
import { RetryBudget } from "../failover/retry-budget.ts";
import { takeUpJobs } from "../failover/take-up-jobs.ts";
import type { KeyKeeper } from "../idempotency/key-keeper.ts";
import { finishImage, finishPartialImage } from "../media/finish-image.ts";
import { inputMedia } from "../media/input-media.ts";
import type { Endpoint, Fleet } from "../providers/endpoint.ts";
import { compileRules } from "../router/compile-rules.ts";
import { estimatePlan } from "../router/estimate-cost.ts";
import { LineupMemory } from "../router/lineup-memory.ts";
import type { Plan } from "../router/plan.ts";
import { explainRequest, planRequest } from "../router/plan-request.ts";
import { planTakeUp } from "../router/plan-take-up.ts";
import type { Reach, Transport } from "../transport/transport.ts";
import type { Admission } from "./admission/create-admission.ts";
import { AttemptsSoFar } from "./attempts-so-far.ts";
import type { Gateway, GatewayCall, ProviderView } from "./gateway.ts";
import type { ProviderStatistics } from "./provider-statistics.ts";

/** What a gateway is made of. */
export interface GatewayParts {
  readonly rules: readonly Rule[];
  readonly fleet: Fleet;
  readonly catalog: Catalog;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes a UUID of version 4 that nobody else makes. */
  readonly newId: () => string;
  readonly configVersion: string;
  readonly captureContent: boolean;
  /** Where images go for which links are wanted. Undefined: there is no such place. */
  readonly store?: MediaStore | undefined;
  /** Which networks callers' images may be fetched from. Default "public". */
  readonly inputReach?: Reach | undefined;
  /** What is known of the targets' health. It outlives the gateway when another takes its place. Default: nothing yet. */
  readonly health?: HealthRegistry | undefined;
  /** How fast targets answer. It outlives the gateway too. Default: nothing known yet. */
  readonly latency?: LatencyBook | undefined;
  /** How much may be tried again. Default: the defaults' budget. */
  readonly retryBudget?: RetryBudget | undefined;
  /** Who may run. Undefined: as many as come. */
  readonly admission?: Admission | undefined;
  /** What was seen of the providers. It outlives the gateway when a reload replaces it. */
  readonly statistics: ProviderStatistics;
  /** Who keeps what idempotency keys stand for. It outlives the gateway too. */
  readonly keys: KeyKeeper;
}

/** How long a request may take when neither its caller nor its rule says, in milliseconds. */
const defaultTimeoutMs = 300_000;

/** Makes the gateway of one configuration. */
export function createGateway(parts: GatewayParts): Gateway {
  const { fleet, catalog, clock, random, configVersion, statistics } = parts;
  const { health = new HealthRegistry(clock), latency = new LatencyBook(clock) } = parts;
  const world = {
    rules: compileRules(parts.rules),
    fleet,
    catalog,
    storesMedia: parts.store !== undefined,
    health,
    latency,
    memory: new LineupMemory(),
  };
  const worldByChance = { ...world, random };
  const worldOfStreams = { ...worldByChance, streamed: true };
  const means = { clock, store: parts.store };
  const dependencies: ExecuteDependencies = {
    transport: parts.transport,
    clock,
    random,
    newId: parts.newId,
    finishImage: (image, job) => finishImage(image, job, means),
    finishPartialImage,
    inputMedia,
    inputReach: parts.inputReach ?? "public",
    price: (provider, upstreamModel, task, usage, images) =>
      priceUsage(catalog.findOffer(provider, upstreamModel), { task, usage, images }),
    health,
    latency,
    retryBudget: parts.retryBudget ?? new RetryBudget(clock),
    gateOf: parts.admission?.gateOf,
    configVersion,
    captureContent: parts.captureContent,
  };
  const walkPlan = parts.admission?.limit(executePlan) ?? executePlan;

  const execute = async (request: GenerateRequest, call: ExecuteCall): Promise<GenerateResult> => {
    const planned = planRequest(request, call.stream ? worldOfStreams : worldByChance);
    if (planned.kind === "failed") {
      const limits = {
        ...call,
        request,
        deadlineAt: deadlineOf(call, defaultTimeoutMs).deadlineAt,
      };
      const attempts = await reportSkipped(planned.skipped, limits, dependencies);
      return withAttempts(planned, attempts);
    }
    const result = await walkPlan(toInput(planned.plan, request, call), dependencies);
    statistics.record(attemptsOf(result));
    return result;
  };

  const takeUp = (
    request: GenerateRequest,
    call: ExecuteCall,
    tickets: readonly JobTicket[],
  ): Promise<GenerateResult> => {
    const walkTickets: typeof executePlan = (input) => takeUpJobs(input, tickets, dependencies);
    const walk = parts.admission?.limit(walkTickets) ?? walkTickets;
    return walk(toInput(planTakeUp(request, tickets, world), request, call), dependencies);
  };

  const keyed = async (request: GenerateRequest, call: GatewayCall): Promise<GenerateResult> => {
    const observer = new AttemptsSoFar(call.observer);
    const result = await parts.keys.generate(request, call, ({ left, ...run }) => {
      const shared = { ...call, ...run, observer, awaitedUntil: call.deadlineAt };
      return left === undefined ? execute(request, shared) : takeUp(request, shared, left);
    });
    // Who left before the end of what goes on has its error from someone who knows of no attempt.
    return result.kind === "generated" || result.error.attempts !== undefined
      ? result
      : withAttempts(result, observer.attempts);
  };

  return {
    catalog,
    configVersion,
    generate: (request, call) =>
      request.idempotencyKey === "" ? execute(request, call) : keyed(request, call),
    route(request, { streamed }) {
      const planned = explainRequest(request, { ...world, streamed });
      if (planned.kind === "failed") {
        const now = clock.now();
        return withAttempts(
          planned,
          planned.skipped.map((each, index) =>
            skippedAttempt(beginAttempt(index + 1, each, "first", now), each.reason),
          ),
        );
      }
      const { plan } = planned;
      const [first] = plan.candidates;
      return {
        kind: "planned",
        plan,
        estimate: estimatePlan(plan, request.routing.maxAttempts),
        hedgeDelayMs: plan.hedge && first && hedgeDelayMs(plan.hedge, first, streamed, latency),
      };
    },
    endpoint: (slug) => fleet.get(slug),
    providers: () => [...fleet.values()].map((endpoint) => view(endpoint, statistics, health)),
  };
}

/** How a request is executed: for one caller, or for all who ask with its key. */
interface ExecuteCall extends GatewayCall, Pick<ExecuteInput, "onSubmit" | "jobs"> {
  /** How long the first of all waits. Undefined as `deadlineAt` is. */
  readonly awaitedUntil?: number | undefined;
}

function toInput(plan: Plan, request: GenerateRequest, call: ExecuteCall): ExecuteInput {
  return {
    plan,
    request,
    requestId: call.requestId,
    ...deadlineOf(call, plan.timeoutMs ?? defaultTimeoutMs),
    signal: call.signal,
    arrivedAt: call.arrivedAt,
    observer: call.observer,
    stream: call.stream,
    onSubmit: call.onSubmit,
    jobs: call.jobs,
  };
}

/**
 * When a request must have ended: when its caller says, who knows best, else after its
 * time here. What goes on for a key has that time however soon its callers leave, and
 * longer when the first of them waits longer.
 */
function deadlineOf({ arrivedAt, deadlineAt, awaitedUntil }: ExecuteCall, timeoutMs: number) {
  if (deadlineAt !== undefined) return { deadlineAt, callerDeadline: true };
  const ownDeadlineAt = arrivedAt + timeoutMs;
  return awaitedUntil !== undefined && awaitedUntil > ownDeadlineAt
    ? { deadlineAt: awaitedUntil, callerDeadline: true }
    : { deadlineAt: ownDeadlineAt, callerDeadline: false };
}

/** A failure, with the attempts and the targets that were passed over. */
function withAttempts({ error }: { readonly error: GatewayError }, attempts: readonly Attempt[]) {
  if (attempts.length === 0) return { kind: "failed", error } as const;
  return { kind: "failed", error: { ...error, attempts } } as const;
}

function attemptsOf(result: GenerateResult): readonly Attempt[] {
  return result.kind === "generated" ? result.generated.attempts : (result.error.attempts ?? []);
}

function view(
  endpoint: Endpoint,
  statistics: ProviderStatistics,
  registry: HealthRegistry,
): ProviderView {
  const { latencyMs, successRate } = statistics.of(endpoint.slug);
  const seen = successRate === undefined ? "unknown" : successRate >= 0.5 ? "healthy" : "degraded";
  return { endpoint, health: registry.provider(endpoint.slug) ?? seen, latencyMs, successRate };
}
