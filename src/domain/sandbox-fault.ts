/**
 * The header by which the gateway hands a request's `sandbox.fault` label to an
 * embedded provider, and to embedded providers only.
 */
export const sandboxFaultHeader = "x-spillway-sandbox-fault";

/** The label of a request that orders a fault: "openai=http-503". */
export const sandboxFaultLabel = "sandbox.fault";

/** Every way to write a fault, for messages and for help texts. */
export const faultForms: readonly string[] = [
  "http-NNN",
  "timeout",
  "refuse",
  "empty",
  "fail-late",
  "cut-stream",
  "slow:DURATION",
  "rate-limit:DURATION",
  "garbage",
  "reset",
];

/**
 * Whether a text is written as a fault. What each one does the sandbox knows; a test
 * holds the two together.
 */
export function isFaultForm(text: string): boolean {
  return faultForm.test(text);
}

const faultForm =
  /^(?:http-[45]\d\d|timeout|refuse|empty|fail-late|cut-stream|garbage|reset|(?:slow|rate-limit):\d+(?:\.\d+)?(?:ms|s|m))$/;
