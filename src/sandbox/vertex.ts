import { badField, detail, googleError, robotPage } from "./gemini-errors.ts";
import { countTokens, geminiGenerate } from "./gemini-generate.ts";
import { readGenerateContent } from "./gemini-request.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * Vertex AI: generateContent and streamGenerateContent of publishers' models and of
 * a project's endpoints, as the protos and npm `@google/genai` 3.1.0 have them, under
 * v1 and v1beta1. Any bearer token will do but for one that contains "invalid",
 * "expired" or "denied", which is answered as such. Image models are where Google has
 * them: in "global", "us" and "eu". Imagen has reached its end of life.
 */
export function vertex(context: VendorContext): Vendor {
  return {
    slug: "vertex",
    basePath: "/vertex",
    defaultVersion: "/v1",
    buys: ({ method, path }) =>
      method === "POST" && /:(streamGenerateContent|generateContent|predict)$/.test(path),
    fail: (status, _visit, message) => googleError(status, message),
    // Pay as you go has no hint of when to come back, neither in a header nor in the body.
    throttle: () =>
      googleError(
        429,
        "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.",
      ),
    answer(visit) {
      const route = readPath(visit.path);
      if (route === undefined || visit.method !== "POST") return robotPage();
      const refused = checkToken(visit, route);
      if (refused !== undefined) return refused;
      const gone = checkModel(route);
      if (gone !== undefined) return gone;
      if (visit.body === undefined) return googleError(400, "Invalid JSON payload received.");
      if (route.method === "countTokens") return countTokens(visit.body);
      const request = readGenerateContent(visit.body, route.model, "vertex");
      if (request.kind === "bad") return badField(request.field, request.message);
      return geminiGenerate(context, visit, route.model, request);
    },
  };
}

interface Route {
  /** "projects/demo-1/locations/global/publishers/google/models/gemini-3-pro-image". */
  readonly resource: string;
  readonly location: string;
  readonly model: string;
  readonly method: string;
}

function readPath(path: string): Route | undefined {
  const match =
    /^\/v1(?:beta1)?\/(projects\/[^/]+\/locations\/([^/]+)\/(?:publishers\/google\/models|endpoints)\/([^/:]+)):(\w+)$/.exec(
      path,
    );
  if (match === null) return undefined;
  const [, resource = "", location = "", model = "", method = ""] = match;
  return knownMethods.has(method) ? { resource, location, model, method } : undefined;
}

const knownMethods = new Set([
  "generateContent",
  "streamGenerateContent",
  "countTokens",
  "predict",
]);

function checkToken(visit: Visit, { resource }: Route): Answer | undefined {
  const token = /^bearer (\S+)$/i.exec(visit.header("authorization") ?? "")?.[1];
  if (token === undefined) {
    const hasKey = visit.header("x-goog-api-key") !== undefined || visit.query.has("key");
    return hasKey
      ? unauthenticated(
          "CREDENTIALS_MISSING",
          "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that assert a principal. See https://cloud.google.com/docs/authentication",
        )
      : unauthenticated(
          "CREDENTIALS_MISSING",
          "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        );
  }
  if (token.includes("expired")) return unauthenticated("ACCESS_TOKEN_EXPIRED");
  if (token.includes("invalid")) return unauthenticated("ACCESS_TOKEN_TYPE_UNSUPPORTED");
  if (!token.includes("denied")) return undefined;
  return googleError(
    403,
    `Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/${resource}' (or it may not exist).`,
    [
      detail("ErrorInfo", {
        reason: "IAM_PERMISSION_DENIED",
        domain: "aiplatform.googleapis.com",
        metadata: { permission: "aiplatform.endpoints.predict", resource },
      }),
    ],
  );
}

function unauthenticated(
  reason: string,
  message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
): Answer {
  return googleError(401, message, [
    detail("ErrorInfo", {
      reason,
      domain: "googleapis.com",
      metadata: { service: "aiplatform.googleapis.com" },
    }),
  ]);
}

function checkModel({ resource, location, model, method }: Route): Answer | undefined {
  if (model.startsWith("imagen")) {
    return googleError(
      404,
      `Image generation failed with the following error: The ${model} model has reached its end of life. Please use a newer model.`,
    );
  }
  const drawnElsewhere =
    /^gemini-(?:3|nano).*(?:image|banana)/.test(model) && !placesOfImages.has(location);
  if (drawnElsewhere || method === "predict" || /unknown|missing/.test(model)) {
    return googleError(
      404,
      `Publisher Model \`${resource}\` was not found or your project does not have access to it. Please ensure you are using a valid model version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions`,
    );
  }
  return undefined;
}

const placesOfImages = new Set(["global", "us", "eu"]);
