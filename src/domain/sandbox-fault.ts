/**
 * The header by which the gateway hands a request's `sandbox.fault` label to an
 * embedded provider, and to embedded providers only.
 */
export const sandboxFaultHeader = "x-spillway-sandbox-fault";

/** The label of a request that orders a fault: "openai=http-503". */
export const sandboxFaultLabel = "sandbox.fault";
