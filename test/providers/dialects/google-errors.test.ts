import { describe, expect, it } from "vitest";
import type { FailureClass } from "../../../src/domain/failure.ts";
import type { JsonValue } from "../../../src/domain/json.ts";
import {
  googleEventFailure,
  googleFailure,
} from "../../../src/providers/dialects/google-errors.ts";

interface Row {
  readonly says: string;
  readonly http: number;
  readonly status?: string;
  readonly message?: string;
  readonly details?: JsonValue[];
  readonly class: FailureClass;
  readonly code?: string;
  readonly retryAfterMs?: number;
}

const rows: readonly Row[] = [
  { says: "a wrong field", http: 400, status: "INVALID_ARGUMENT", class: "caller_fault" },
  {
    says: "a wrong key",
    http: 400,
    status: "INVALID_ARGUMENT",
    details: [errorInfo("API_KEY_INVALID")],
    class: "credential",
    code: "API_KEY_INVALID",
  },
  {
    says: "an expired key, in words only",
    http: 400,
    status: "INVALID_ARGUMENT",
    message: "API key expired. Please renew the API key.",
    class: "credential",
  },
  {
    says: "a region that is not served",
    http: 400,
    status: "FAILED_PRECONDITION",
    message: "User location is not supported for the API use.",
    class: "credential",
  },
  {
    says: "a free tier that is not offered",
    http: 400,
    status: "FAILED_PRECONDITION",
    message: "Gemini API free tier is not available in your country. Please enable billing.",
    class: "quota",
  },
  {
    says: "a precondition that the caller may have broken",
    http: 400,
    status: "FAILED_PRECONDITION",
    message: "The File abc is not in an ACTIVE state.",
    class: "unknown",
  },
  {
    says: "a filtered prompt, by a code for support in the message",
    http: 400,
    status: "INVALID_ARGUMENT",
    message: "The prompt could not be submitted. Support codes: 62263041",
    class: "refused",
  },
  {
    says: "a filtered prompt, by a code for support among the details",
    http: 400,
    status: "INVALID_ARGUMENT",
    message: "Image generation failed with the following error: …",
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.DebugInfo",
        detail: "[ORIGINAL ERROR] generic::invalid_argument: Support codes: 42876398",
      },
    ],
    class: "refused",
  },
  {
    says: "a token of the wrong kind",
    http: 401,
    status: "UNAUTHENTICATED",
    details: [errorInfo("ACCESS_TOKEN_TYPE_UNSUPPORTED")],
    class: "credential",
    code: "ACCESS_TOKEN_TYPE_UNSUPPORTED",
  },
  { says: "depleted credit", http: 402, class: "quota" },
  {
    says: "a leaked key",
    http: 403,
    status: "PERMISSION_DENIED",
    message: "Your API key was reported as leaked. Please use another API key.",
    class: "credential",
  },
  {
    says: "billing that is switched off",
    http: 403,
    status: "PERMISSION_DENIED",
    details: [errorInfo("BILLING_DISABLED")],
    class: "quota",
    code: "BILLING_DISABLED",
  },
  {
    says: "a file of somebody else, which is not the key's fault",
    http: 403,
    status: "PERMISSION_DENIED",
    message: "You do not have permission to access the File abc or it may not exist.",
    class: "caller_fault",
  },
  {
    says: "a retired model",
    http: 404,
    status: "NOT_FOUND",
    message: "models/x is not found for API version v1beta, or is not supported.",
    class: "model_gone",
  },
  {
    says: "a model that a project with a file in its name lacks",
    http: 404,
    status: "NOT_FOUND",
    message:
      "Publisher Model `projects/file-server/locations/global/publishers/google/models/x` was not found or your project does not have access to it.",
    class: "model_gone",
  },
  {
    says: "a role that a project with a file in its name lacks",
    http: 403,
    status: "PERMISSION_DENIED",
    message:
      "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/file-server/locations/global/publishers/google/models/x' (or it may not exist).",
    details: [errorInfo("IAM_PERMISSION_DENIED")],
    class: "credential",
    code: "IAM_PERMISSION_DENIED",
  },
  {
    says: "an API that is not switched on for a project with a file in its name",
    http: 403,
    status: "PERMISSION_DENIED",
    message: "The API is not enabled for project file-server. Enable it and try again.",
    details: [errorInfo("SERVICE_DISABLED")],
    class: "credential",
    code: "SERVICE_DISABLED",
  },
  {
    says: "a precondition about what has words of billing in its name",
    http: 400,
    status: "FAILED_PRECONDITION",
    message: "Endpoint projects/billing-demo/locations/global/endpoints/7 is not deployed.",
    class: "unknown",
  },
  { says: "a body that is too large", http: 413, class: "caller_fault" },
  {
    says: "a limit of a minute, with a wait in fractions",
    http: 429,
    status: "RESOURCE_EXHAUSTED",
    details: [quotaFailure("TokensPerMinute", "10"), retryInfo("57.238747106s")],
    class: "overloaded",
    retryAfterMs: 57_239,
  },
  {
    says: "a limit with a wait in the long form",
    http: 429,
    status: "RESOURCE_EXHAUSTED",
    details: [retryInfo("1h16m0.667s")],
    class: "overloaded",
    retryAfterMs: 4_560_667,
  },
  {
    says: "a limit with a wait in words",
    http: 429,
    status: "RESOURCE_EXHAUSTED",
    message: "You exceeded your current quota. Please retry in 34.6s.",
    class: "overloaded",
    retryAfterMs: 34_600,
  },
  {
    says: "no capacity at the moment, without details",
    http: 429,
    status: "RESOURCE_EXHAUSTED",
    message: "Resource exhausted. Please try again later.",
    class: "overloaded",
  },
  {
    says: "a limit of a day, whose wait misleads",
    http: 429,
    status: "RESOURCE_EXHAUSTED",
    details: [quotaFailure("GenerateRequestsPerDayPerProjectPerModel", "100"), retryInfo("3s")],
    class: "quota",
  },
  {
    says: "a limit of nothing, as a number",
    http: 429,
    status: "RESOURCE_EXHAUSTED",
    details: [quotaFailure("GenerateRequestsPerMinute", 0), retryInfo("3s")],
    class: "quota",
  },
  {
    says: "a limit of nothing, in words",
    http: 429,
    message: "Quota exceeded, limit: 0, model: gemini-3-pro-image",
    class: "quota",
  },
  {
    says: "prepaid credit at its end",
    http: 429,
    message: "Your prepayment credits are depleted.",
    class: "quota",
  },
  { says: "a call that it cancelled", http: 499, status: "CANCELLED", class: "server_fault" },
  { says: "a fault", http: 500, status: "INTERNAL", class: "server_fault" },
  {
    says: "a verb that the model has not",
    http: 501,
    status: "UNIMPLEMENTED",
    class: "model_gone",
  },
  { says: "too much to do", http: 503, status: "UNAVAILABLE", class: "overloaded" },
  { says: "too little time", http: 504, status: "DEADLINE_EXCEEDED", class: "server_fault" },
];

describe("an error of a Google API", () => {
  it.each(rows)("that says $says is $class", (row) => {
    const error = {
      code: row.http,
      status: row.status,
      message: row.message ?? "words",
      details: row.details,
    };
    const body = { kind: "json", value: { error } } as const;
    const failure = googleFailure({ status: row.http, headers: {}, body });
    expect(failure).toMatchObject({
      class: row.class,
      httpStatus: row.http,
      upstreamCode: row.code ?? row.status ?? String(row.http),
      detail: row.message ?? "words",
    });
    expect(failure.retryAfterMs).toBe(row.retryAfterMs);
  });

  it("is understood though its quota is an object that no text can be made of", () => {
    const details = [quotaFailure("PerMinute", { toString: null })];
    const body = {
      kind: "json",
      value: { error: { status: "RESOURCE_EXHAUSTED", details } },
    } as const;
    expect(googleFailure({ status: 429, headers: {}, body }).class).toBe("overloaded");
  });

  it("is understood when it is a page", () => {
    const body = { kind: "text", text: "<html>That’s an error.</html>" } as const;
    expect(googleFailure({ status: 404, headers: {}, body }).class).toBe("model_gone");
    expect(googleFailure({ status: 502, headers: {}, body }).class).toBe("server_fault");
  });
});

describe("an event of a stream", () => {
  const error = { status: "RESOURCE_EXHAUSTED", message: "slow down" };

  it.each([
    ["an object", { data: { error } }],
    ["a list", { data: [{ error }] }],
    ["JSON inside a string", { data: JSON.stringify({ error }) }],
    ["text over many lines", { text: JSON.stringify([{ error }], undefined, 2) }],
  ])("that is an error as %s gets its class from the status", (_form, event) => {
    expect(googleEventFailure({ name: "", ...event }, "r1")).toMatchObject({
      class: "overloaded",
      httpStatus: 200,
      upstreamCode: "RESOURCE_EXHAUSTED",
      upstreamRequestId: "r1",
      detail: "slow down",
    });
  });

  it("that is an error of no known kind is the server's fault", () => {
    const failure = googleEventFailure({ name: "", data: { error: "words" } });
    expect(failure).toMatchObject({ class: "server_fault", detail: "words" });
  });

  it("that is no error is none", () => {
    expect(googleEventFailure({ name: "", data: { candidates: [] } })).toBeUndefined();
    expect(googleEventFailure({ name: "", data: {} })).toBeUndefined();
  });
});

function errorInfo(reason: string): JsonValue {
  return { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason };
}

function retryInfo(retryDelay: string): JsonValue {
  return { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay };
}

function quotaFailure(quotaId: string, quotaValue: JsonValue): JsonValue {
  return {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    violations: [{ quotaId, quotaValue }],
  };
}
