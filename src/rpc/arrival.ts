import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import { silentObserver } from "../telemetry/silent-observer.ts";
import type { RpcCall, RpcObserver, Telemetry } from "../telemetry/telemetry.ts";
import type { Callers, Identity } from "./callers.ts";
import { type CanonicalCode, codeName } from "./canonical-code.ts";
import type { RpcFailure } from "./errors.ts";

/** A call that has arrived, read or not: its id, who is told of it, and its one end. */
export interface Arrival {
  readonly requestId: string;
  /** On the clock's monotonic scale. */
  readonly arrivedAt: number;
  readonly observer: RpcObserver;
  /** Who calls. Undefined where everybody may, or nobody is asked. */
  readonly caller: Caller | undefined;
  /** Why it is refused, whatever it says: it comes from nobody who may call. Undefined: it is served. */
  readonly refusal: RpcFailure | undefined;
  /** The call has failed. Only the first failure is told. */
  failed(failure: RpcFailure): void;
  /** A handler runs for it: the call is not over before the handler is. */
  handling(): void;
  /** The handler is done. */
  handled(): void;
  /** The caller has its answer, or has left. Without a failure, `code` is the call's code. Only the first end counts. */
  ended(code: CanonicalCode): void;
}

/** What arrivals are made with. */
export interface Arrivals {
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** A new random id, for callers that bring none. */
  readonly newId: () => string;
  /** Those who may call now. Undefined: everybody may. */
  readonly callers?: (() => Callers | undefined) | undefined;
}

/** The header that carries a request's id, both ways. */
export const requestIdHeader = "x-request-id";

/**
 * Notes a call that has just arrived. Its id is the caller's `x-request-id`
 * when that is 1 to 128 letters, digits and - _ . : and else a new one.
 */
export function arrive(arrivals: Arrivals, call: ArrivingCall): Arrival {
  const { telemetry, clock, newId } = arrivals;
  const wanted = call.header(requestIdHeader);
  const requestId = wanted !== undefined && saneId.test(wanted) ? wanted : newId();
  const arrivedAt = clock.monotonic();
  // Health checks and reflection are the machinery's own talk: told, they would
  // drown what people ask. Nor do they need a key: balancers have none.
  if (!needsKey(call.method)) {
    return new ObservedArrival(requestId, arrivedAt, silentObserver, undefined);
  }
  const identity = arrivals.callers?.()?.identify(call.header("authorization"));
  const caller = identity?.kind === "known" ? identity.caller.name : undefined;
  const observer = telemetry.rpcStarted({ ...call, requestId, caller });
  return new ObservedArrival(requestId, arrivedAt, observer, identity);
}

/** Whether a method, by its whole name, is for those who may call. Health checks and reflection are for everybody. */
export function needsKey(method: string): boolean {
  return method.startsWith(ownService);
}

/** A call, as a listener sees it. */
export type ArrivingCall = Omit<RpcCall, "requestId" | "caller">;

class ObservedArrival implements Arrival {
  readonly requestId: string;
  readonly arrivedAt: number;
  readonly observer: RpcObserver;
  readonly caller: Caller | undefined;
  readonly refusal: RpcFailure | undefined;
  #failure: RpcFailure | undefined;
  #end: CanonicalCode | undefined;
  #running = false;
  #over = false;

  constructor(
    requestId: string,
    arrivedAt: number,
    observer: RpcObserver,
    identity: Identity | undefined,
  ) {
    this.requestId = requestId;
    this.arrivedAt = arrivedAt;
    this.observer = observer;
    this.caller = identity?.kind === "known" ? identity.caller : undefined;
    this.refusal = identity?.kind === "refused" ? identity.failure : undefined;
    if (this.refusal !== undefined) this.failed(this.refusal);
  }

  failed(failure: RpcFailure): void {
    if (this.#failure !== undefined || this.#over) return;
    this.#failure = failure;
    this.observer.failed(failure.error);
  }

  handling(): void {
    this.#running = true;
  }

  handled(): void {
    this.#running = false;
    this.#tellEnd();
  }

  ended(code: CanonicalCode): void {
    this.#end ??= code;
    this.#tellEnd();
  }

  // A caller that leaves is gone before its handler knows why.
  #tellEnd(): void {
    if (this.#over || this.#running || this.#end === undefined) return;
    this.#over = true;
    this.observer.ended(codeName(this.#failure?.code ?? this.#end));
  }
}

const saneId = /^[A-Za-z0-9._:-]{1,128}$/;
const ownService = "spillway.";
