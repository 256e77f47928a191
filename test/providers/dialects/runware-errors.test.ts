import { describe, expect, it } from "vitest";
import type { FailureClass } from "../../../src/domain/failure.ts";
import type { JsonValue } from "../../../src/domain/json.ts";
import {
  classOfRunwareError,
  readRunwareErrors,
  runwareJobFailure,
  runwareReplyFailure,
} from "../../../src/providers/dialects/runware-errors.ts";

describe("the class of an error", () => {
  it.each<[FailureClass, readonly string[]]>([
    ["refused", ["invalidProviderContent", "invalidBFLContent", "invalidContent"]],
    [
      "refused",
      [
        ...["contentPolicyViolation", "providerContentPolicyViolation", "sensitiveContentDetected"],
        ...["unsafeContentDetected", "nsfwContentDetected", "promptBlocked", "imageBlocked"],
        "moderationFailed",
      ],
    ],
    ["quota", ["insufficientCredits", "quotaExceeded", "dailyQuotaReached", "insufficientBalance"]],
    ["quota", ["paymentRequired"]],
    [
      "overloaded",
      ["rateLimitExceeded", "inferenceRateLimitExceeded", "providerRateLimitExceeded"],
    ],
    ["credential", ["invalidApiKey", "missingApiKey", "unauthorized", "forbidden"]],
    ["credential", ["permissionDenied", "authenticationFailed", "invalidAuthentication"]],
    ["credential", ["tokenExpired", "tokenInvalid", "tokenMissing", "tokenRevoked"]],
    ["credential", ["accountSuspended", "organizationDisabled", "workspaceSuspended"]],
    ["server_fault", ["timeout", "providerTimeout", "timeoutProvider", "inferenceTimeout"]],
    ["model_gone", ["modelNotFound", "invalidModel", "unsupportedModel", "modelDisabled"]],
    ["ambiguous", ["taskFailedOrNotFound", "taskNotFound", "taskExpired", "responseExpired"]],
    ["ambiguous", ["conflictTaskUUID"]],
    ["unknown", ["taskCancelled", "imageNotFound", "mediaExpired"]],
    ["server_fault", ["internalServerError", "standardError", "unknownError"]],
    ["server_fault", ["undefinedError", "defaultError"]],
    ["overloaded", ["serviceUnavailable", "serverUnavailable"]],
    ["overloaded", ["noAvailableServer", "modelNotReady"]],
    ["server_fault", ["providerError", "providerUnavailable", "inferenceError"]],
    ["server_fault", ["processingFailed", "taskFailed", "downloadFailed", "uploadFailed"]],
    ["server_fault", ["modelUnavailable"]],
    ["caller_fault", ["invalidPositivePrompt", "missingParameter", "duplicateValue"]],
    ["caller_fault", ["valueTooLong", "arrayTooLong", "maxLengthExceeded", "conflictingInputs"]],
    ["caller_fault", ["validationFailed"]],
    ["unsupported_here", ["unknownParameter", "unsupportedParameter", "incompatibleParameters"]],
    ["unsupported_here", ["mismatchProviderSettingsProvider", "unknownProviderSettingsProvider"]],
    ["unsupported_here", ["transparentModelMismatch"]],
    ["unknown", ["somethingOfTomorrow"]],
  ])("is %s for %j, under 200 as under 400", (name, codes) => {
    for (const code of codes) {
      for (const status of [200, 400]) {
        expect(classOfRunwareError(status, { code, parameters: [] }), code).toBe(name);
      }
    }
  });

  it.each([
    "Content moderation detected something.",
    "The content blocked by a filter.",
    "This is inappropriate.",
    "NSFW image.",
    "Blocked for safety reasons.",
  ])("is a refusal for '%s', whatever is blamed but a setting", (message) => {
    const blaming = (...parameters: readonly string[]) =>
      classOfRunwareError(400, { code: "invalidInput", message, parameters });
    expect(blaming()).toBe("refused");
    for (const content of [
      ...["positivePrompt", "negativePrompt", "inputs.seedImage", "seedImage"],
      "referenceImages",
    ]) {
      expect(blaming(content), content).toBe("refused");
      expect(blaming(content, "safety"), content).toBe("refused");
    }
    for (const setting of ["safety", "safety.mode", "checkNSFW", "providerSettings.bfl.x"]) {
      expect(blaming(setting), setting).toBe("caller_fault");
    }
  });

  it.each(["width", "height", "outputFormat", "numberResults", "upscaleFactor"])(
    "is our choice of %s, which another provider may take",
    (parameter) => {
      const error = { code: "invalidInteger", parameters: [parameter] };
      expect(classOfRunwareError(400, error)).toBe("unsupported_here");
    },
  );

  it.each<[number, FailureClass]>([
    [400, "caller_fault"],
    [401, "credential"],
    [402, "quota"],
    [403, "credential"],
    [404, "model_gone"],
    [408, "server_fault"],
    [409, "server_fault"],
    [413, "caller_fault"],
    [422, "caller_fault"],
    [429, "overloaded"],
    [500, "server_fault"],
    [503, "overloaded"],
    [504, "server_fault"],
  ])("is by the status %i where there is no code", (status, name) => {
    const body = { kind: "json", value: { message: "Something." } } as const;
    expect(runwareReplyFailure({ status, headers: {}, body }).class).toBe(name);
    const page = { kind: "text", text: "<html>" } as const;
    expect(runwareReplyFailure({ status, headers: {}, body: page }).class).toBe(name);
  });
});

describe("the errors of an answer", () => {
  const error = { code: "modelNotFound", message: "No.", taskUUID: "t" };

  it.each<[JsonValue, number]>([
    [{ errors: [error, error] }, 2],
    [{ error: { code: "modelNotFound", message: "No." }, taskUUID: "t" }, 1],
    [error, 1],
    [[{ errors: [error] }], 1],
    [{ errors: [] }, 0],
    [{ errors: [{}] }, 0],
    [{ data: [] }, 0],
    ["text", 0],
  ])("are read from %j", (value, count) => {
    const errors = readRunwareErrors(value);
    expect(errors).toHaveLength(count);
    for (const read of errors) expect(read).toMatchObject({ ...error, parameters: [] });
  });

  it("are read from text alone", () => {
    expect(readRunwareErrors({ error: "No." })).toEqual([{ message: "No.", parameters: [] }]);
    expect(readRunwareErrors({ message: "No." })).toMatchObject([{ message: "No." }]);
  });

  it("blame one parameter or several", () => {
    const blamed = (parameter: JsonValue) =>
      readRunwareErrors({ errors: [{ ...error, parameter }] })[0]?.parameters;
    expect(blamed("width")).toEqual(["width"]);
    expect(blamed(["width", "height", 3])).toEqual(["width", "height"]);
  });

  it("let a refusal speak for all of them", () => {
    const errors = [error, { code: "promptBlocked", message: "No." }];
    const body = { kind: "json", value: { errors } } as const;
    const failure = runwareReplyFailure({ status: 400, headers: {}, body });
    expect(failure).toMatchObject({ class: "refused", upstreamCode: "promptBlocked" });
  });
});

describe("a failed question for a task", () => {
  it.each([
    [{ code: "providerError" }, true],
    [{ code: "providerRateLimitExceeded" }, true],
    [{ code: "inferenceError" }, true],
    [{ code: "inferenceTimeout" }, true],
    [{ code: "taskFailed", taskUUID: undefined }, true],
    [{ code: "taskFailedOrNotFound" }, true],
    [{ code: "promptBlocked" }, true],
    [{ code: "modelNotFound" }, true],
    [{ code: "invalidPositivePrompt", parameter: "positivePrompt" }, true],
    [{ code: "missingParameter", parameter: "taskUUID" }, false],
    [{ code: "invalidPositivePrompt", taskUUID: undefined }, false],
    [{ code: "rateLimitExceeded" }, false],
    [{ code: "inferenceRateLimitExceeded" }, false],
    [{ code: "invalidApiKey" }, false],
    [{ code: "insufficientCredits" }, false],
    [{ code: "internalServerError" }, false],
    [{ code: "standardError" }, false],
    [{ code: "timeout" }, false],
    [{ code: "somethingOfTomorrow" }, false],
  ])("with %j says something of the task itself: %s", (error, ofJob) => {
    const errors = [{ message: "No.", taskUUID: "t", ...error }];
    const body = { kind: "json", value: { errors } } as const;
    expect(runwareJobFailure({ status: 500, headers: {}, body }).ofJob).toBe(ofJob);
  });

  it("with an error of the task among its own says how the task ended", () => {
    const errors = ["rateLimitExceeded", "promptBlocked"].map((code) => ({ code, taskUUID: "t" }));
    const body = { kind: "json", value: { errors } } as const;
    const failure = runwareJobFailure({ status: 400, headers: {}, body });
    expect(failure).toMatchObject({ class: "refused", ofJob: true });
  });
});

describe("a page in place of an answer", () => {
  it("may hide a task at work when a gateway stopped waiting, and only then", () => {
    const page = { kind: "text", text: "<html>" } as const;
    expect(runwareReplyFailure({ status: 504, headers: {}, body: page }).billed).toBe(true);
    expect(runwareReplyFailure({ status: 502, headers: {}, body: page }).billed).toBeUndefined();
    const errors = [{ code: "providerTimeout", message: "No." }];
    const told = { kind: "json", value: { errors } } as const;
    expect(runwareReplyFailure({ status: 504, headers: {}, body: told }).billed).toBeUndefined();
  });
});
