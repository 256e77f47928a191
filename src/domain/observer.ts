import type { Attempt } from "./attempt.ts";
import type { Failure } from "./failure.ts";
import type { Operation } from "./operation.ts";

/**
 * Who is told what happens to one request, as it happens: the seam between the
 * work and the telling. Telemetry implements it; the work never waits for it.
 */
export interface RequestObserver {
  /** A target is about to be tried. */
  attemptStarted(attempt: Attempt, call: ObservedCall): AttemptObserver;
  /** A target was passed over. */
  attemptSkipped(attempt: Attempt): void;
}

/** What an attempt is for, for those who watch. */
export interface ObservedCall {
  readonly operation: Operation;
  /** Where the provider is: its origin and base path, without a query. */
  readonly baseUrl: string;
  readonly stream: boolean;
  /** How many images were asked of this attempt. 1 for a chat. */
  readonly count: number;
}

/** Who is told what happens to one attempt. */
export interface AttemptObserver {
  /** An HTTP exchange is about to begin. */
  exchangeStarted(exchange: ObservedExchange): ExchangeObserver;
  /** The provider's first piece of real content is here. */
  firstContent(): void;
  /** The attempt has ended. */
  finished(attempt: Attempt, ending: AttemptEnding): void;
}

/** One HTTP exchange, for those who watch. */
export interface ObservedExchange {
  readonly method: string;
  /** Without a query: a query can hold a key. */
  readonly url: string;
  readonly purpose: "upload" | "submit" | "poll" | "cancel" | "download";
}

/** Who is told how one exchange ended. */
export interface ExchangeObserver {
  /** Headers that carry the trace to the provider. */
  readonly headers: Readonly<Record<string, string>>;
  finished(ending: { readonly status?: number; readonly failure?: Failure }): void;
}

/** How an attempt ended, beyond what its report says. */
export interface AttemptEnding {
  /**
   * What the request does now, in a word for the log. `budget_exhausted`: it stops,
   * since too much is tried again already. `wait`: another attempt still runs.
   */
  readonly next:
    | "done"
    | "wait"
    | "retry"
    | "next_key"
    | "next_target"
    | "stop"
    | "budget_exhausted";
  /** The fingerprint of the key that it presented. Undefined when the provider wants none. */
  readonly key?: string | undefined;
  /** The provider's own words, for whoever switched content capture on. */
  readonly detail?: string | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly images?: number | undefined;
  readonly upstreamId?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly finishReason?: string | undefined;
}
