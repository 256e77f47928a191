import type { Outcome } from "../outcome.ts";
import type { Reply } from "../reply.ts";
import type { OpenAiAnswers } from "./openai-answers.ts";
import { imagesResult } from "./openai-images.ts";
import { asArray, asObject, objectBody } from "./read-json.ts";
import { xaiModeratedFailure } from "./xai-errors.ts";

/**
 * What an answer of `/images/generations` and `/images/edits` means. An image with
 * `respect_moderation: false` was held back, whatever stands in its place, and an
 * empty list says the same of all (docs.x.ai and vercel/ai #19168, 2026-11-21): when
 * none is left that is a refusal, else it is why there are fewer.
 */
export function xaiImagesResult(reply: Reply, answers: OpenAiAnswers): Outcome {
  const body = objectBody(reply);
  if (!Array.isArray(body?.["data"])) return imagesResult(reply, answers);
  const made = asArray(body["data"]);
  const shown = made.filter((item) => asObject(item)?.["respect_moderation"] !== false);
  if (shown.length === 0) {
    const told = answers.embeddedFailure(body, reply);
    return { kind: "failed", failure: told ?? xaiModeratedFailure(reply, body["usage"]) };
  }
  const value = { ...body, data: shown };
  const outcome = imagesResult({ ...reply, body: { kind: "json", value } }, answers);
  if (outcome.kind !== "done" || shown.length === made.length) return outcome;
  return { ...outcome, shortfall: xaiModeratedFailure(reply, undefined) };
}
