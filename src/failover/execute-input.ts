import type { Clock } from "../domain/clock.ts";
import type { Cost } from "../domain/cost.ts";
import type { FinishImage, FinishPartialImage } from "../domain/finish.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { InputMedia } from "../domain/input-media.ts";
import type { JobBook } from "../domain/job-ticket.ts";
import type { RequestObserver } from "../domain/observer.ts";
import type { FinishedImage } from "../domain/output.ts";
import type { Random } from "../domain/random.ts";
import type { StreamOptions } from "../domain/stream-options.ts";
import type { Task } from "../domain/task.ts";
import type { Usage } from "../domain/usage.ts";
import type { Endpoint } from "../providers/endpoint.ts";
import type { Plan } from "../router/plan.ts";
import type { Reach, Transport } from "../transport/transport.ts";
import type { Gate } from "./gate.ts";
import type { HealthRegistry } from "./health/health-registry.ts";
import type { LatencyBook } from "./health/latency-book.ts";
import type { RetryBudget } from "./retry-budget.ts";

/** A plan to walk, and for whom. */
export interface ExecuteInput {
  readonly plan: Plan;
  readonly request: GenerateRequest;
  readonly requestId: string;
  /** When the whole request must have ended, on the clock's monotonic scale. */
  readonly deadlineAt: number;
  /** Whether it is the caller's own deadline, or else the route's or the default. */
  readonly callerDeadline: boolean;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
  /** When the request arrived, on the clock's monotonic scale. */
  readonly arrivedAt: number;
  readonly observer: RequestObserver;
  /** Undefined for a unary request. */
  readonly stream?: StreamOptions | undefined;
  /** Awaited before each attempt sends its first call: whoever must know durably that something may be bought. */
  readonly onSubmit?: (() => Promise<void>) | undefined;
  /** Where the jobs that calls leave are taken down. Undefined: nobody would take them up. */
  readonly jobs?: JobBook | undefined;
}

/** What walking a plan needs of the rest of the process. */
export interface ExecuteDependencies {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes a UUID of version 4 that nobody else makes. */
  readonly newId: () => string;
  readonly finishImage: FinishImage;
  readonly finishPartialImage: FinishPartialImage;
  readonly inputMedia: InputMedia;
  /** Which networks callers' images may be fetched from. */
  readonly inputReach: Reach;
  readonly price: PriceWork;
  readonly health: HealthRegistry;
  /** How fast targets answer. */
  readonly latency: LatencyBook;
  readonly retryBudget: RetryBudget;
  /** The gate of a provider that takes only so many attempts at a time. Default none. */
  readonly gateOf?: ((endpoint: Endpoint) => Gate | undefined) | undefined;
  readonly configVersion: string;
  /** Whether the observer may see the providers' own words. */
  readonly captureContent: boolean;
}

/** Prices what a call did, where the provider does not say what it costs. */
export type PriceWork = (
  provider: string,
  upstreamModel: string,
  task: Task,
  usage: Usage,
  images: readonly FinishedImage[],
) => Cost;
