import type { Secret } from "./secret.ts";

/** What a server proves with who it is. */
export interface TlsIdentity {
  /** In PEM, its own certificate first, then those between it and the root. */
  readonly certificate: string;
  /** The private key that belongs to it, in PEM. */
  readonly key: Secret;
}
