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
