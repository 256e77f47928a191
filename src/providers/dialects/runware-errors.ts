import type { Failure, FailureClass } from "../../domain/failure.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { Reply } from "../reply.ts";
import { classOfStatus, httpFailure } from "./http-failure.ts";
import { asArray, asObject, asText } from "./read-json.ts";

/** One error, as far as it was understood. */
export interface RunwareError {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** What it blames; several where they contradict each other. */
  readonly parameters: readonly string[];
  readonly taskUUID?: string | undefined;
}

/** What an answer of Runware outside 2xx means, whatever its form. */
export function runwareReplyFailure(reply: Reply): Failure {
  const value = reply.body.kind === "json" ? reply.body.value : undefined;
  const failure = runwareFailure(reply, readRunwareErrors(value));
  // A gateway gave up waiting, and the task may be at work: it can be asked for by its id.
  return reply.status === 504 && value === undefined ? { ...failure, billed: true } : failure;
}

/** What such an answer to a question for a task means: whether it is how the task ended, its errors say. */
export function runwareJobFailure(reply: Reply): Failure {
  const value = reply.body.kind === "json" ? reply.body.value : undefined;
  const ofTask = readRunwareErrors(value).filter((error) => isOfTask(reply.status, error));
  if (ofTask.length === 0) return { ...runwareReplyFailure(reply), ofJob: false };
  return { ...runwareFailure(reply, ofTask), ofJob: true };
}

/**
 * Whether an error in the answer to a question for a task speaks of the task's work. A
 * question names the task's own id, so that the id alone proves nothing: credentials,
 * limits and faults of the platform may be the question's own.
 */
export function isOfTask(status: number, error: RunwareError): boolean {
  const { code = "", parameters, taskUUID } = error;
  if (/^(?:provider|timeoutProvider|inference(?:Error|Timeout)|processing|task)/.test(code)) {
    return true;
  }
  const judges = verdicts.has(classOfRunwareError(status, error));
  const blamesQuestion = parameters.some((name) => /^task(?:UUID|Type)$/.test(name));
  return judges && code !== "" && taskUUID !== undefined && !blamesQuestion;
}

/** The failure that errors amount to: of several, a refusal speaks for all, else the first. */
export function runwareFailure(reply: Reply, errors: readonly RunwareError[]): Failure {
  const classed = errors.map((error) => ({
    error,
    class: classOfRunwareError(reply.status, error),
  }));
  const chosen = classed.find(({ class: name }) => name === "refused") ?? classed[0];
  const failure = httpFailure(reply, {
    class: chosen?.class ?? classOfStatus(reply.status),
    code: chosen?.error.code,
    requestId: chosen?.error.taskUUID,
    detail: chosen?.error.message,
  });
  return failure.class === "ambiguous" ? { ...failure, delivery: "ambiguous" } : failure;
}

/**
 * The errors of an answer: the list that Runware documents, and the other forms that
 * its SDKs know: `error` as an object or as text, a bare code and message, a list of
 * answers.
 */
export function readRunwareErrors(value: JsonValue | undefined): readonly RunwareError[] {
  if (Array.isArray(value)) return value.flatMap(readRunwareErrors);
  const body = asObject(value);
  if (body === undefined) return [];
  const listed = asArray(body["errors"]).flatMap((item) => readRunwareError(asObject(item)));
  if (listed.length > 0) return listed;
  const text = asText(body["error"]);
  if (text !== undefined) return [{ message: text, parameters: [] }];
  const inner = asObject(body["error"]);
  return readRunwareError(inner === undefined ? body : { taskUUID: body["taskUUID"], ...inner });
}

/** An error by itself, as in an item of `errors` or in a polled result. None when it says nothing. */
export function readRunwareError(fields: JsonObject | undefined): readonly RunwareError[] {
  const code = asText(fields?.["code"]);
  const message = asText(fields?.["message"]);
  if (fields === undefined || (code === undefined && message === undefined)) return [];
  const { parameter } = fields;
  const parameters = Array.isArray(parameter) ? parameter : [parameter];
  return [
    {
      code,
      message,
      parameters: parameters.flatMap((name) => asText(name) ?? []),
      taskUUID: asText(fields["taskUUID"]),
    },
  ];
}

/**
 * What class an error is of, by its code and not by its status: 400 carries exhausted
 * credit and refusals, too, and 200 anything. The order is that of the official SDK,
 * but for refusals, which the SDK takes for invalid requests, and for timeouts, which
 * it knows in one spelling only (2026-11-21).
 */
export function classOfRunwareError(status: number, error: RunwareError): FailureClass {
  const { code = "" } = error;
  if (isRefusal(code, error)) return "refused";
  for (const [pattern, name] of classesOfCodes) if (pattern.test(code)) return name;
  if (/^(?:invalid|missing|conflict|duplicate|value|array|max)/.test(code)) {
    // A size is of our choosing: another provider may have the one that was asked for.
    return error.parameters.some(isOurs) ? "unsupported_here" : "caller_fault";
  }
  // Whatever else comes under 400 is no certain fault of the caller.
  if (status < 300 || (status === 400 && code !== "")) return "unknown";
  return classOfStatus(status);
}

/** An error about a setting can speak of `safety`: that is no refusal. One about a prompt or an image is. */
function isRefusal(code: string, { message = "", parameters }: RunwareError): boolean {
  if (/^invalid\w*Content$/.test(code) || refusals.has(code)) return true;
  const ofSettings = parameters.length > 0 && parameters.every((name) => setting.test(name));
  return !ofSettings && refusing.test(message);
}

const setting = /^(?:safety|checkNSFW|providerSettings|settings)/;

const refusing = /moderation|content blocked|inappropriate|\bnsfw\b|\bsafety\b/i;

const refusals: ReadonlySet<string> = new Set([
  "contentPolicyViolation",
  "providerContentPolicyViolation",
  "sensitiveContentDetected",
  "unsafeContentDetected",
  "nsfwContentDetected",
  "promptBlocked",
  "imageBlocked",
  "moderationFailed",
]);

/** What is said of a task as it was given, in which a question has no part. */
const verdicts: ReadonlySet<FailureClass> = new Set([
  "ambiguous",
  "caller_fault",
  "model_gone",
  "refused",
  "unsupported_here",
]);

/** In this order: the first pattern that fits counts. */
const classesOfCodes: readonly (readonly [RegExp, FailureClass])[] = [
  [/Credits|Quota|Balance|^quotaExceeded$|^paymentRequired$/, "quota"],
  [/RateLimit|^rateLimit/, "overloaded"],
  [/ApiKey|^(?:unauthorized|forbidden|permissionDenied|insufficientPermissions)$/, "credential"],
  [/^auth|Authentication$|^invalidCredentials$/, "credential"],
  [/^token(?:Expired|Invalid|Missing|Revoked)$/, "credential"],
  [/^(?:account|organization|workspace)(?:Suspended|Disabled)$/, "credential"],
  [/timeout/i, "server_fault"],
  // A task that was taken and cannot be found, or is there already: what became of it is open.
  [/^(?:task\w*NotFound|task\w*Expired|response\w*Expired|conflictTaskUUID)$/, "ambiguous"],
  [
    /^(?:invalid|unknown|unsupported|missing)Model$|[mM]odel\w*(?:NotFound|Expired|Disabled)$/,
    "model_gone",
  ],
  [/(?:NotFound|Expired)$|^taskCancelled$/, "unknown"],
  [/^(?:serviceUnavailable|serverUnavailable|noAvailableServer|modelNotReady)$/, "overloaded"],
  [
    /^(?:internalServerError|standardError|unknownError|undefinedError|defaultError)$/,
    "server_fault",
  ],
  [
    /^(?:provider|inferenceError$|processingFailed$|taskFailed$|downloadFailed$|uploadFailed$)/,
    "server_fault",
  ],
  [/^modelUnavailable$/, "server_fault"],
  // The model does not take what we sent for the task: another one may.
  [
    /^unsupported|^(?:unknownParameter|incompatibleParameters|transparentModelMismatch)$/,
    "unsupported_here",
  ],
  [/^(?:mismatch|unknown)ProviderSettingsProvider$/, "unsupported_here"],
  [/^validationFailed$/, "caller_fault"],
];

function isOurs(parameter: string): boolean {
  return /^(?:width|height|resolution|outputFormat|outputQuality|numberResults|upscaleFactor)$/.test(
    parameter,
  );
}
