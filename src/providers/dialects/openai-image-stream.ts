import { addCosts, type Cost } from "../../domain/cost.ts";
import type { Failure } from "../../domain/failure.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ProviderImage } from "../../domain/output.ts";
import { addUsage, type Usage } from "../../domain/usage.ts";
import type { StreamStep } from "../outcome.ts";
import type { StreamReader } from "../provider.ts";
import type { StreamEvent } from "../reply.ts";
import { streamFailure, unfinishedStream } from "./http-failure.ts";
import { eventFailure, type OpenAiAnswers } from "./openai-answers.ts";
import { readImage } from "./openai-images.ts";
import { readImageUsage } from "./openai-usage.ts";
import { asObject, asText } from "./read-json.ts";

/**
 * Reads a stream of `image_generation.partial_image` and `….completed` events, or of
 * `image_edit.…`, named by the event or by its `type`. Each completed event is one
 * image; a stream without one has failed, whether or not "[DONE]" came.
 * `wantsPartials` says whether the caller asked for unfinished images.
 */
export function readImageStream(answers: OpenAiAnswers, wantsPartials: boolean): StreamReader {
  const images: ProviderImage[] = [];
  const costs: Cost[] = [];
  let usage: Usage = {};
  let failure: Failure | undefined;

  function fail(cause: Failure): readonly StreamStep[] {
    failure = cause;
    return [{ kind: "failed", failure: cause }];
  }

  function completed(data: JsonObject): readonly StreamStep[] {
    const image = readImage(data);
    const counted = asObject(data["usage"]);
    const cost = counted && answers.cost?.(counted);
    if (image === undefined) {
      const message = "The provider's last event has no image in it";
      return fail(streamFailure({ class: "server_fault", message, cost }));
    }
    usage = addUsage(usage, readImageUsage(counted));
    if (cost !== undefined) costs.push(cost);
    images.push(image);
    return [{ kind: "output", event: { kind: "image", index: images.length - 1, image } }];
  }

  return {
    requestIdHeaders: answers.requestIdHeaders,
    read(event: StreamEvent) {
      const data = asObject(event.data);
      if (failure !== undefined || data === undefined) return [];
      const type = asText(data["type"]) ?? event.name;
      const told = eventFailure(event, data, answers);
      if (told !== undefined) return fail(told);
      if (type.endsWith(".completed")) return completed(data);
      if (!wantsPartials || !type.endsWith(".partial_image")) return [];
      const image = readImage(data);
      if (image === undefined) return [];
      return [{ kind: "output", event: { kind: "partial_image", index: images.length, image } }];
    },
    end() {
      if (failure !== undefined) return { kind: "failed", failure };
      if (images.length === 0) return { kind: "failed", failure: unfinishedStream() };
      const cost = costs.length === images.length ? addCosts(costs) : undefined;
      return { kind: "done", output: { kind: "images", images }, usage, cost };
    },
  };
}
