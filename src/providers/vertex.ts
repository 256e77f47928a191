import type { JsonObject } from "../domain/json.ts";
import { googleFailure } from "./dialects/google-errors.ts";
import {
  type GoogleVariant,
  googleChat,
  googleImageEdit,
  googleTextToImage,
} from "./dialects/google-generate-content.ts";
import { usualImageTypes } from "./dialects/usual-image-types.ts";
import type { EndpointSettings } from "./endpoint-settings.ts";
import type { Provider } from "./provider.ts";

/** Vertex AI: v1, generateContent (cloud.google.com/vertex-ai, @google/genai 3.1.0, 2026-11-21). */
const variant: GoogleVariant = {
  modelPath,
  functionCallIds: false,
  imageOutputOptions: true,
  inputFile: { types: usualImageTypes, maxBytes: 7_000_000 },
  labels,
};

/**
 * Google Cloud's Vertex AI, by access tokens. Images come from Gemini models alone:
 * every Imagen model, those for masks and for enlarging included, has answered 404
 * since 2026-08-17, so there is no upscale. Who may be in a picture and what is
 * filtered stay as the project has them, unless the request's provider options say.
 */
export const vertex: Provider = {
  type: "vertex",
  displayName: "Google Vertex AI",
  description: "Gemini models for images and text on Google Cloud, by service account.",
  kind: "image",
  websiteUri: "https://cloud.google.com/vertex-ai",
  statusPageUri: "https://status.cloud.google.com",
  defaultBaseUrl: "https://aiplatform.googleapis.com/v1",
  baseUrlFor: ({ location = "global" }) => `https://${hostOf(location)}/v1`,
  keyVariable: "GOOGLE_APPLICATION_CREDENTIALS",
  credential: { kind: "google_oauth" },
  operations: {
    text_to_image: googleTextToImage(variant),
    image_edit: googleImageEdit(variant),
    chat: googleChat(variant),
  },
  failure: googleFailure,
};

/** Where a location is served. The configuration has made sure that it is one label of a host's name. */
function hostOf(location: string): string {
  switch (location) {
    case "global":
      return "aiplatform.googleapis.com";
    case "us":
    case "eu":
      return `aiplatform.${location}.rep.googleapis.com`;
    default:
      return `${location}-aiplatform.googleapis.com`;
  }
}

/**
 * "endpoints/123" is a model of the project's own; any other id is one that Google
 * publishes. Project and location hold nothing to be escaped: the configuration sees to it.
 */
function modelPath(upstreamModel: string, settings: EndpointSettings): string {
  const { project = "", location = "global" } = settings;
  const place = `/projects/${project}/locations/${location}`;
  const own = /^endpoints\/(.+)$/.exec(upstreamModel)?.[1];
  if (own !== undefined) return `${place}/endpoints/${encodeURIComponent(own)}`;
  const id = upstreamModel.replace(/^(?:publishers\/google\/)?models\//, "");
  return `${place}/publishers/google/models/${encodeURIComponent(id)}`;
}

/**
 * The labels that Google Cloud takes, to be found again on its bills: at most 64, of
 * lower-case letters, digits, hyphens and underscores. It answers 400 to any other,
 * and a label is no reason to fail.
 */
function labels(given: Readonly<Record<string, string>>): JsonObject | undefined {
  const fit = Object.entries(given)
    .filter(
      ([key, value]) => /^[a-z][a-z0-9_-]{0,62}$/.test(key) && /^[a-z0-9_-]{0,63}$/.test(value),
    )
    .slice(0, 64);
  return fit.length === 0 ? undefined : Object.fromEntries(fit);
}
