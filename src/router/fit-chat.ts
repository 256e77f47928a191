import { type Adjustment, noAdjustments } from "../domain/adjustment.ts";
import type { ChatCapabilities } from "../domain/capabilities.ts";
import { nearest } from "../domain/shape.ts";
import type { ChatTask, ReasoningEffort } from "../domain/task.ts";
import { inputBytes } from "./input-bytes.ts";
import { seedReason, seedWithin } from "./seed-within.ts";

/** A chat in a model's terms, or the part of it without which the answer would be wrong. */
export type FittedChat =
  | {
      readonly kind: "fits";
      readonly task: ChatTask;
      readonly adjustments: readonly Adjustment[];
    }
  | { readonly kind: "unsupported"; readonly field: string; readonly reason: string };

/**
 * Puts a chat into a model's terms. What only shades the answer (sampling, seed,
 * effort, stop texts) is left out and reported. What the answer is useless
 * without (images, tools, its form) makes the target unfit.
 */
export function fitChat(
  task: ChatTask,
  capabilities: ChatCapabilities,
  provider: string,
): FittedChat {
  const unfit = missing(task, capabilities);
  if (unfit !== undefined) return { kind: "unsupported", ...unfit };
  if (suits(task, capabilities)) return { kind: "fits", task, adjustments: noAdjustments };

  const adjustments: Adjustment[] = [];
  const keep = <T extends number | string>(
    field: string,
    value: T | undefined,
    can: boolean,
    reason = "The model has no such parameter.",
  ) => {
    if (value === undefined || can) return value;
    adjustments.push({
      field,
      requested: String(value),
      applied: "",
      kind: "dropped",
      provider,
      reason,
    });
    return undefined;
  };
  const convert = (
    field: string,
    value: number | undefined,
    nearestTo: (value: number) => number,
    reason: string,
  ) => {
    if (value === undefined) return undefined;
    const applied = nearestTo(value);
    if (applied !== value) {
      adjustments.push({
        field,
        requested: String(value),
        applied: String(applied),
        kind: "converted",
        provider,
        reason,
      });
    }
    return applied;
  };
  const effort = nearestEffort(task.reasoningEffort, capabilities.reasoningEffort);
  if (effort !== undefined && effort !== task.reasoningEffort) {
    adjustments.push({
      field: "reasoning_effort",
      requested: String(task.reasoningEffort),
      applied: effort,
      kind: "converted",
      provider,
      reason: "The nearest effort that can be chosen.",
    });
  }
  const keepSampling = (field: string, value: number | undefined, can: boolean) =>
    can && !leavesSampling(effort, capabilities)
      ? keep(field, value, false, "The model takes it only when it does not reason.")
      : keep(field, value, can);
  const { seed: seeds, maxTemperature = highestTemperature } = capabilities;
  const fitted: ChatTask = {
    ...task,
    temperature: convert(
      "temperature",
      keepSampling("temperature", task.temperature, capabilities.temperature),
      (temperature) => Math.min(temperature, maxTemperature),
      `The highest temperature is ${maxTemperature}.`,
    ),
    topP: keepSampling("top_p", task.topP, capabilities.topP),
    seed:
      typeof seeds === "boolean"
        ? keep("seed", task.seed, seeds)
        : convert("seed", task.seed, (seed) => seedWithin(seed, seeds, 1), seedReason(seeds)),
    reasoningEffort: keep("reasoning_effort", effort, capabilities.reasoningEffort !== false),
    stop: task.stop.slice(0, capabilities.maxStop),
  };
  if (task.stop.length > capabilities.maxStop) {
    // Stop texts are the caller's words, so they are counted and not repeated.
    adjustments.push({
      field: "stop",
      requested: `${task.stop.length} texts`,
      applied: capabilities.maxStop === 0 ? "" : `the first ${capabilities.maxStop}`,
      kind: capabilities.maxStop === 0 ? "dropped" : "converted",
      provider,
      reason: `The model takes at most ${capabilities.maxStop}.`,
    });
  }
  return { kind: "fits", task: fitted, adjustments };
}

/** Whether the model takes everything that shades the answer as it is. */
function suits(task: ChatTask, capabilities: ChatCapabilities): boolean {
  return (
    takesTemperature(task.temperature, capabilities) &&
    (task.topP === undefined || capabilities.topP) &&
    takesSeed(task.seed, capabilities.seed) &&
    hasEffort(task.reasoningEffort, capabilities.reasoningEffort) &&
    ((task.temperature === undefined && task.topP === undefined) ||
      leavesSampling(task.reasoningEffort, capabilities)) &&
    task.stop.length <= capabilities.maxStop
  );
}

/** What can be asked for at all. */
const highestTemperature = 2;

function takesTemperature(
  asked: number | undefined,
  { temperature, maxTemperature = highestTemperature }: ChatCapabilities,
): boolean {
  return asked === undefined || (temperature && asked <= maxTemperature);
}

function takesSeed(seed: number | undefined, seeds: ChatCapabilities["seed"]): boolean {
  return seed === undefined || (seeds !== false && seedWithin(seed, seeds, 1) === seed);
}

function hasEffort(
  effort: ReasoningEffort | undefined,
  offered: ChatCapabilities["reasoningEffort"],
): boolean {
  if (effort === undefined) return true;
  return typeof offered === "boolean" ? offered : offered.includes(effort);
}

function leavesSampling(
  effort: ReasoningEffort | undefined,
  { samplingEfforts }: ChatCapabilities,
): boolean {
  return samplingEfforts === undefined || samplingEfforts.includes(effort);
}

/** The nearest effort that there is; of two equally near ones the lower, since it does not cost more. */
function nearestEffort(
  effort: ReasoningEffort | undefined,
  offered: ChatCapabilities["reasoningEffort"],
): ReasoningEffort | undefined {
  if (effort === undefined || typeof offered === "boolean" || offered.includes(effort)) {
    return effort;
  }
  const wanted = efforts.indexOf(effort);
  return nearest(
    efforts.filter((one) => offered.includes(one)),
    (one) => Math.abs(efforts.indexOf(one) - wanted),
  );
}

const efforts: readonly ReasoningEffort[] = ["none", "minimal", "low", "medium", "high"];

function missing(
  task: ChatTask,
  capabilities: ChatCapabilities,
): { field: string; reason: string } | undefined {
  if (task.tools.length > 0 && !capabilities.tools) {
    return { field: "tools", reason: "cannot call tools" };
  }
  if (!capabilities.imageInput && task.messages.some(hasImage)) {
    return { field: "messages", reason: "cannot look at images" };
  }
  const { maxInputBytes } = capabilities;
  if (maxInputBytes !== undefined && inputBytes(task) > maxInputBytes) {
    return { field: "messages", reason: `cannot take more than ${maxInputBytes} bytes of images` };
  }
  const form = task.responseFormat?.kind;
  if (form === "json" && !capabilities.jsonFormat) {
    return { field: "response_format", reason: "cannot be held to JSON" };
  }
  if (form === "json_schema" && !capabilities.jsonSchema) {
    return { field: "response_format", reason: "cannot be held to a JSON schema" };
  }
  return undefined;
}

function hasImage(message: ChatTask["messages"][number]): boolean {
  return message.parts.some(({ kind }) => kind === "image");
}
