import type { Arrival } from "./arrival.ts";
import type { CallLife } from "./call-life.ts";
import type { Call } from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";

/** Makes of a call that has arrived what its handler sees of it. `timeoutMs` is the caller's. */
export function makeCall(
  { limits }: RpcContext,
  { requestId, caller, arrivedAt, observer }: Arrival,
  { signal }: CallLife,
  timeoutMs: number | undefined,
): Call {
  return {
    requestId,
    caller,
    arrivedAt,
    maxMessageBytes: limits.maxMessageBytes,
    observer,
    signal,
    deadlineAt: timeoutMs === undefined ? undefined : arrivedAt + timeoutMs,
  };
}
