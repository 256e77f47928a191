import type { GatewayError } from "./gateway-error.ts";
import type { Generated } from "./generated.ts";

/** A request's end. */
export type GenerateResult =
  | { readonly kind: "generated"; readonly generated: Generated }
  | { readonly kind: "failed"; readonly error: GatewayError };
