import type { Attempt } from "../../src/domain/attempt.ts";
import type { ImageCapabilities } from "../../src/domain/capabilities.ts";
import { type Cost, noCost } from "../../src/domain/cost.ts";
import type { DeliveryState, Failure, FailureClass } from "../../src/domain/failure.ts";
import type { GenerateRequest } from "../../src/domain/generate-request.ts";
import type { GenerateResult } from "../../src/domain/generate-result.ts";
import type { GenerateEvent } from "../../src/domain/generated.ts";
import type { InputMedia } from "../../src/domain/input-media.ts";
import type { Job } from "../../src/domain/job.ts";
import type { JobBook, JobTicket } from "../../src/domain/job-ticket.ts";
import type {
  AttemptEnding,
  ObservedExchange,
  RequestObserver,
} from "../../src/domain/observer.ts";
import type { ProviderImage } from "../../src/domain/output.ts";
import type { OutputEvent } from "../../src/domain/output-event.ts";
import { Secret } from "../../src/domain/secret.ts";
import type { StreamOptions } from "../../src/domain/stream-options.ts";
import type { Task } from "../../src/domain/task.ts";
import type {
  ExecuteDependencies,
  ExecuteInput,
  PriceWork,
} from "../../src/failover/execute-input.ts";
import { executePlan } from "../../src/failover/execute-plan.ts";
import { HealthRegistry } from "../../src/failover/health/health-registry.ts";
import { LatencyBook } from "../../src/failover/health/latency-book.ts";
import { RetryBudget } from "../../src/failover/retry-budget.ts";
import { takeUpJobs } from "../../src/failover/take-up-jobs.ts";
import { finishImage, finishPartialImage } from "../../src/media/finish-image.ts";
import { inputMedia } from "../../src/media/input-media.ts";
import type { Endpoint } from "../../src/providers/endpoint.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import type { Done, Outcome } from "../../src/providers/outcome.ts";
import type { OperationDialect, Provider } from "../../src/providers/provider.ts";
import type { Reply } from "../../src/providers/reply.ts";
import type { Candidate, Plan } from "../../src/router/plan.ts";
import { pngHeader } from "../support/image-bytes.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import {
  type Script,
  type ScriptedTransport,
  type Step,
  scriptedTransport,
  type TimedEvent,
} from "../support/scripted-transport.ts";

/** Everything that one request of a test needs; each test says what differs. */
export interface Setup {
  readonly script: Script;
  readonly candidates?: readonly Candidate[];
  readonly plan?: Partial<Plan>;
  readonly task?: Task;
  readonly routing?: Partial<GenerateRequest["routing"]>;
  readonly request?: Partial<GenerateRequest>;
  readonly deadlineMs?: number;
  readonly callerDeadline?: boolean;
  readonly stream?: Partial<StreamOptions>;
  readonly price?: PriceWork;
  readonly random?: () => number;
  /** Default: one that knows nothing yet. */
  readonly health?: HealthRegistry;
  /** Default: one that knows nothing yet. */
  readonly latency?: LatencyBook;
  /** Default: all that a process starts with. */
  readonly retryBudget?: RetryBudget;
  /** Default: one of its own. */
  readonly clock?: ManualClock;
  readonly gateOf?: ExecuteDependencies["gateOf"];
  /** Default: the real one, whose conversions take real time. */
  readonly inputMedia?: InputMedia;
  readonly caller?: AbortController;
  readonly onSubmit?: () => Promise<void>;
  /** Where its jobs are taken down. Default: nowhere. */
  readonly jobs?: JobBook;
  /** What is taken up in place of walking the plan. */
  readonly tickets?: readonly JobTicket[];
}

/** A request that runs, and all that can be seen of it. */
export interface World {
  readonly clock: ManualClock;
  readonly transport: ScriptedTransport;
  readonly caller: AbortController;
  readonly events: GenerateEvent[];
  readonly skipped: Attempt[];
  /** The attempts that began, in this order. */
  readonly begun: Attempt[];
  readonly endings: { readonly attempt: Attempt; readonly ending: AttemptEnding }[];
  readonly observed: ObservedExchange[];
  /** Turns the clock until the request has ended. */
  end(): Promise<GenerateResult & { readonly at: number }>;
}

/** Begins to walk a plan. */
export function begin(setup: Setup): World {
  const clock = setup.clock ?? manualClock();
  const transport = scriptedTransport(clock, setup.script);
  const caller = setup.caller ?? new AbortController();
  const task = setup.task ?? imageTask(1);
  const candidates = setup.candidates ?? [candidate("a", { task }), candidate("b", { task })];
  const events: GenerateEvent[] = [];
  const skipped: Attempt[] = [];
  const begun: Attempt[] = [];
  const endings: { attempt: Attempt; ending: AttemptEnding }[] = [];
  const observed: ObservedExchange[] = [];
  const observer: RequestObserver = {
    attemptSkipped: (attempt) => skipped.push(attempt),
    attemptStarted: (attempt) => {
      begun.push(attempt);
      return {
        firstContent: () => {},
        exchangeStarted: (exchange) => {
          observed.push(exchange);
          return { headers: { traceparent: "00-test" }, finished: () => {} };
        },
        finished: (attempt, ending) => endings.push({ attempt, ending }),
      };
    },
  };
  const input: ExecuteInput = {
    plan: {
      model: "m",
      resolution: "pattern_rule",
      forced: false,
      shadowedRules: [],
      candidates,
      skipped: [],
      onRefusal: "stop",
      ...setup.plan,
    },
    request: {
      model: "m",
      fallbackModels: [],
      task,
      parameterMode: "adapt",
      idempotencyKey: "",
      providerOptions: {},
      endUser: "",
      labels: {},
      ...setup.request,
      routing: {
        only: [],
        exclude: [],
        order: [],
        maxAttempts: 4,
        routingKey: "",
        duplicateSpend: "allow",
        ...setup.routing,
      },
    },
    requestId: "request-1",
    deadlineAt: clock.monotonic() + (setup.deadlineMs ?? 300_000),
    callerDeadline: setup.callerDeadline ?? false,
    signal: caller.signal,
    arrivedAt: clock.monotonic(),
    observer,
    onSubmit: setup.onSubmit,
    jobs: setup.jobs,
    stream: setup.stream && {
      emit: (event) => void events.push(event),
      failoverAfterOutput: false,
      partialImages: 0,
      ...setup.stream,
    },
  };
  let calls = 0;
  const { tickets } = setup;
  const run: typeof executePlan = (given, dependencies) =>
    tickets === undefined
      ? executePlan(given, dependencies)
      : takeUpJobs(given, tickets, dependencies);
  const running = run(input, {
    transport,
    clock,
    random: setup.random ?? (() => 0.5),
    newId: () => `00000000-0000-4000-8000-${String(++calls).padStart(12, "0")}`,
    finishImage: (image, job) => finishImage(image, job, { clock }),
    finishPartialImage,
    inputMedia: setup.inputMedia ?? inputMedia,
    inputReach: "public",
    price: setup.price ?? ((_provider, _model, _task, _usage, images) => priced(images.length)),
    health: setup.health ?? new HealthRegistry(clock),
    latency: setup.latency ?? new LatencyBook(clock),
    retryBudget: setup.retryBudget ?? new RetryBudget(clock),
    gateOf: setup.gateOf,
    configVersion: "v1",
    captureContent: false,
  }).then((result) => ({ ...result, at: clock.monotonic() }));
  return {
    clock,
    transport,
    caller,
    events,
    skipped,
    begun,
    endings,
    observed,
    async end() {
      let settled = false;
      const settle = (): void => {
        settled = true;
      };
      running.then(settle, settle);
      for (let turn = 0; turn < 1_000 && !settled; turn++)
        await clock.advance(turn === 0 ? 0 : 1_000);
      if (!settled) throw new Error("The request never ended.");
      return running;
    },
  };
}

/** Walks a plan to its end. */
export async function execute(setup: Setup): Promise<World & { readonly result: GenerateResult }> {
  const world = begin(setup);
  return { ...world, result: await world.end() };
}

/** The attempts of a result, however it ended. */
export function attemptsOf(result: GenerateResult): readonly Attempt[] {
  return result.kind === "generated" ? result.generated.attempts : (result.error.attempts ?? []);
}

/** A target that can serve the request. */
export function candidate(
  slug: string,
  over: {
    readonly task?: Task;
    readonly maxCountPerCall?: number;
    readonly dialect?: Partial<FakeDialect>;
    readonly endpoint?: Partial<Endpoint>;
    readonly cost?: Cost;
    readonly modelIndex?: number;
    readonly priority?: number;
    readonly format?: "webp";
    readonly adjustments?: Candidate["fit"]["adjustments"];
  } = {},
): Candidate {
  const modelIndex = over.modelIndex ?? 0;
  return {
    model: modelIndex === 0 ? "m" : `fallback-${modelIndex}`,
    modelIndex,
    endpoint: endpoint(slug, over.dialect, over.endpoint),
    upstreamModel: `${slug}-m`,
    priority: over.priority ?? 0,
    weight: 1,
    probability: 1,
    fit: {
      task: over.task ?? imageTask(1),
      maxCountPerCall: over.maxCountPerCall ?? 10,
      adjustments: over.adjustments ?? [],
      finish: { format: over.format },
    },
    cost: over.cost ?? { basis: "unknown" },
  };
}

type FakeDialect = OperationDialect<Task, ImageCapabilities>;

/** A provider whose answers carry, as they are, what they mean. */
export function endpoint(
  slug: string,
  dialect: Partial<FakeDialect> = {},
  over: Partial<Endpoint> = {},
): Endpoint {
  const whole: FakeDialect = {
    capabilities: () => ({ maxCountPerCall: 10, delivery: "bytes" }),
    timeouts: { totalMs: 60_000, firstContentMs: 10_000, idleMs: 5_000 },
    request: (task) => ({
      method: "POST",
      path: "/submit?secret=1",
      body: {
        kind: "json",
        value: task.operation === "chat" ? {} : { n: task.options.count, seed: task.options.seed },
      },
    }),
    result: outcomeOf,
    ...dialect,
  };
  const provider: Provider = {
    type: slug,
    displayName: slug,
    description: "",
    kind: "custom",
    websiteUri: "",
    statusPageUri: "",
    defaultBaseUrl: "",
    keyVariable: "",
    credential: { kind: "header", name: "authorization", prefix: "Bearer " },
    operations: { text_to_image: whole, chat: whole } as unknown as Provider["operations"],
    failure: (reply) => part(reply, "failure") as Failure,
  };
  return {
    slug,
    provider,
    baseUrl: `https://${slug}.test/v1`,
    keys: [new Secret(`${slug}-key`)],
    configured: true,
    sandbox: false,
    operations: ["text_to_image", "chat"],
    settings: {},
    ...over,
  };
}

/** How the fake provider's jobs are followed. */
export const jobDialect = {
  poll: (): HttpCall => ({ method: "GET", path: "/poll" }),
  result: outcomeOf,
  cancel: (): HttpCall => ({ method: "POST", path: "/cancel" }),
};

/** How the fake provider streams: each event carries its steps, and the last one the end. */
export const streamDialect = {
  request: (): HttpCall => ({ method: "POST", path: "/stream", body: { kind: "json", value: {} } }),
  open: () => {
    let end: Outcome = failed("server_fault", { message: "The stream ended too early." });
    return {
      requestIdHeaders: ["x-request-id"],
      read: (event: { readonly data?: unknown }) => {
        const data = (event.data ?? {}) as { steps?: []; end?: Outcome };
        if (data.end !== undefined) end = data.end;
        return data.steps ?? [];
      },
      end: () => end,
    };
  },
};

function outcomeOf(reply: Reply): Outcome {
  return part(reply, "outcome") as Outcome;
}

function part(reply: Reply, name: string): unknown {
  if (reply.body.kind !== "json")
    return { class: "unknown", delivery: "sent", message: "No JSON." };
  return (reply.body.value as Record<string, unknown>)[name];
}

/** A task for so many images. */
export function imageTask(count: number, seed?: number): Task {
  return {
    operation: "text_to_image",
    prompt: "a cat",
    negativePrompt: "",
    options: { count, seed },
  };
}

/** A task for a chat. */
export const chatTask: Task = { operation: "chat", messages: [], stop: [], tools: [] };

/** An answer with so many images, which are 1, 2, 3 … pixels high. */
export function gives(count: number, over: Partial<Done> & { readonly ms?: number } = {}): Step {
  const { ms = 0, ...rest } = over;
  return { kind: "reply", status: 200, json: { outcome: done(count, rest) }, ms };
}

/** A result of so many images. */
export function done(count: number, over: Partial<Done> = {}): Done {
  const images = Array.from({ length: count }, (_, index) => image(index + 1));
  return { kind: "done", output: { kind: "images", images }, usage: {}, ...over };
}

/** A result of a chat. */
export function says(text: string): Done {
  return {
    kind: "done",
    output: { kind: "chat", text, toolCalls: [], finishReason: "stop", reasoning: "" },
    usage: { inputTokens: 1, outputTokens: 2 },
  };
}

/** An image of 10 by `height` pixels. */
export function image(height: number): ProviderImage {
  return { content: { kind: "bytes", bytes: pngHeader(10, height) } };
}

/** An answer of the provider that means this failure. */
export function fails(name: FailureClass, over: Partial<Failure> & { ms?: number } = {}): Step {
  const { ms = 0, ...rest } = over;
  const { failure } = failed(name, { httpStatus: 500, ...rest });
  return { kind: "reply", status: 500, json: { failure }, ms };
}

/** A connection that fails. */
export function breaks(name: FailureClass, delivery: DeliveryState): Step {
  return { kind: "fail", failure: failed(name, { delivery }).failure };
}

/** A failure as an outcome. */
export function failed(
  name: FailureClass,
  over: Partial<Failure> = {},
): { readonly kind: "failed"; readonly failure: Failure } {
  return {
    kind: "failed",
    failure: { class: name, delivery: "sent", message: `It was ${name}.`, ...over },
  };
}

/** An answer that means: a job, ask again later. */
export function job(over: Partial<Job> = {}): Step {
  const value: Job = { id: "job-1", waitMs: 1_000, state: {}, ...over };
  return { kind: "reply", status: 200, json: { outcome: { kind: "job", job: value } } };
}

/** An event of a stream that brings output. */
export function piece(ms: number, ...events: readonly OutputEvent[]): TimedEvent {
  return { ms, data: { steps: events.map((event) => ({ kind: "output", event })) } };
}

/** The event that ends a stream. */
export function last(end: Outcome, ms = 0): TimedEvent {
  return { ms, data: { end } };
}

/** A price of 40,000 millionths for each image. */
export function priced(count: number): Cost {
  return count === 0 ? noCost : { basis: "priced", micros: count * 40_000, components: [] };
}
