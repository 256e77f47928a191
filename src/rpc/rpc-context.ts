import type { TlsIdentity } from "../domain/tls-identity.ts";
import type { Arrivals } from "./arrival.ts";
import type { Limits } from "./limits.ts";

/** What both listeners need to serve calls. */
export interface RpcContext extends Arrivals {
  readonly limits: Limits;
  /** What to prove with who this is; asked for at each connection. Undefined: all is clear text. */
  readonly tls?: (() => TlsIdentity) | undefined;
  /** Told of exceptions that no code expected. */
  readonly onBug: (error: unknown) => void;
  /** Aborted when a drain has waited long enough: every running call ends. */
  readonly cut: AbortSignal;
}
