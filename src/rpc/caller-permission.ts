import type { Caller } from "../domain/caller.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";

/** The error of a request for a model that its caller may not ask for, fallbacks included. Undefined: it may. */
export function forbiddenModel(
  caller: Caller | undefined,
  { model, fallbackModels }: Pick<GenerateRequest, "model" | "fallbackModels">,
): GatewayError | undefined {
  if (caller === undefined) return undefined;
  const forbidden = [model, ...fallbackModels].find((name) => !caller.mayAsk(name));
  if (forbidden === undefined) return undefined;
  return {
    reason: "PERMISSION_DENIED",
    message: `The caller "${caller.name}" may not ask for "${forbidden}".`,
    metadata: { caller: caller.name, model: forbidden },
  };
}

/** The error of a caller that has asked for work as often as it may. Undefined: it has not. */
export function overRate(caller: Caller | undefined, now: number): GatewayError | undefined {
  const retryAfterMs = caller?.countRequest(now);
  if (caller === undefined || retryAfterMs === undefined) return undefined;
  return {
    reason: "RATE_LIMITED",
    message: `The caller "${caller.name}" has made as many requests as it may in a minute.`,
    metadata: { caller: caller.name },
    retryAfterMs: Math.ceil(retryAfterMs),
  };
}
