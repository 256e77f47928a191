import type { JsonObject, JsonValue } from "../domain/json.ts";
import { asObject, isWhole } from "./read-json.ts";
import type { RunwareComplaint } from "./runware-errors.ts";

/** What is wrong with a task that makes or enlarges images. Undefined when nothing is. */
export function checkRunwareTask(task: JsonObject): RunwareComplaint | undefined {
  const rules = task["taskType"] === "upscale" ? upscaleRules : inferenceRules;
  for (const [name, value] of Object.entries(task)) {
    if (!Object.hasOwn(rules, name)) return unknown(name);
    if (!rules[name]?.(value)) return invalid(name);
  }
  const model = task["model"];
  if (typeof model !== "string") return missing("model");
  if (!/^[\w-]+:[\w.-]+@[\w.-]+$/.test(model)) {
    return { ...invalid("model"), code: "invalidModel", message: "The model is not an AIR." };
  }
  return task["taskType"] === "upscale" ? checkUpscale(task) : checkInference(task, model);
}

/** Whether Runware runs a model on its own machines. */
export function isOwnModel(model: string): boolean {
  return model.startsWith("runware:") || model.startsWith("civitai:");
}

type Rule = (value: JsonValue | undefined) => boolean;

const isText: Rule = (value) => typeof value === "string" && value !== "";
const isFlag: Rule = (value) => typeof value === "boolean";
const isObject: Rule = (value) => asObject(value) !== undefined;
const isList: Rule = (value) => Array.isArray(value);
const isMedia: Rule = isText;
const isMediaList: Rule = (value) => Array.isArray(value) && value.every(isMedia);

function whole(least: number, most: number): Rule {
  return (value) => isWhole(value, least, most);
}

function number(least: number, most: number): Rule {
  return (value) => typeof value === "number" && value >= least && value <= most;
}

function oneOf(...values: readonly string[]): Rule {
  return (value) => values.includes(value as string);
}

const deliveryRules: Readonly<Record<string, Rule>> = {
  taskType: isText,
  taskUUID: isText,
  model: isText,
  outputType: oneOf("URL", "base64Data", "dataURI"),
  outputFormat: oneOf("JPG", "PNG", "WEBP"),
  outputQuality: whole(20, 99),
  deliveryMethod: oneOf("sync", "async"),
  includeCost: isFlag,
  webhookURL: isText,
  uploadEndpoint: isText,
  ttl: whole(60, Number.MAX_SAFE_INTEGER),
};

/** The parameters of all models, by the generated types of July 2026, the older names of some included. */
const inferenceRules: Readonly<Record<string, Rule>> = {
  ...deliveryRules,
  positivePrompt: isText,
  negativePrompt: isText,
  width: whole(64, 8192),
  height: whole(64, 8192),
  resolution: isText,
  numberResults: whole(1, 20),
  seed: whole(0, 2 ** 32 - 1),
  steps: whole(1, 100),
  scheduler: isText,
  CFGScale: number(0, 50),
  trueCFGScale: number(0, 50),
  strength: number(0, 1),
  maskMargin: whole(32, 128),
  safety: isObject,
  checkNSFW: isFlag,
  watermark: isObject,
  inputs: isInputs,
  seedImage: isMedia,
  maskImage: isMedia,
  referenceImages: isMediaList,
  providerSettings: isObject,
  settings: isObject,
  acceleratorOptions: isObject,
  outpaint: isObject,
  lora: isList,
  controlNet: isList,
  ipAdapters: isList,
  embeddings: isList,
};

const upscaleRules: Readonly<Record<string, Rule>> = {
  ...deliveryRules,
  inputs: isInputs,
  inputImage: isMedia,
  upscaleFactor: (value) => value === 2 || value === 4,
  settings: isObject,
};

function isInputs(value: JsonValue | undefined): boolean {
  const inputs = asObject(value);
  return (
    inputs !== undefined &&
    Object.entries(inputs).every(([name, item]) =>
      /^(?:referenceImages|images)$/.test(name)
        ? isMediaList(item)
        : /^(?:image|seedImage|maskImage|mask)$/.test(name) && isMedia(item),
    )
  );
}

function checkInference(task: JsonObject, model: string): RunwareComplaint | undefined {
  const [maker = ""] = model.split(":", 1);
  if (task["positivePrompt"] === undefined) return missing("positivePrompt");
  const { width, height } = task;
  if ((width === undefined) !== (height === undefined)) {
    return {
      code: "missingParameter",
      message: "'width' and 'height' must be used together.",
      parameter: ["width", "height"],
    };
  }
  if (isOwnModel(model)) {
    if (width !== undefined) return checkEdges(task);
    return takesSizeOfInput(model, task) ? undefined : missing("width");
  }
  const settings = asObject(task["providerSettings"]) ?? {};
  if (Object.keys(settings).some((name) => name !== maker)) {
    const message = `'providerSettings' of another provider than '${maker}'.`;
    return { code: "mismatchProviderSettingsProvider", message, parameter: "providerSettings" };
  }
  if (!/^(?:alibaba|ideogram)$/.test(maker) && task["negativePrompt"] !== undefined) {
    return unknown("negativePrompt");
  }
  if (maker !== "openai") return undefined;
  if (task["seed"] !== undefined) return unknown("seed");
  const size = `${width}x${height}`;
  const sizes = ["undefinedxundefined", "1024x1024", "1536x1024", "1024x1536"];
  return sizes.includes(size) ? undefined : invalid("width", "height");
}

/** FLUX.1 Kontext dev is the one model of Runware's own that takes its size from a reference. */
function takesSizeOfInput(model: string, task: JsonObject): boolean {
  const inputs = asObject(task["inputs"]) ?? task;
  return model === "runware:106@1" && inputs["referenceImages"] !== undefined;
}

function checkEdges(task: JsonObject): RunwareComplaint | undefined {
  for (const name of ["width", "height"]) {
    const value = task[name];
    if (isWhole(value, 128, 2048) && (value as number) % 64 === 0) continue;
    return {
      code: "invalidInteger",
      message: `Invalid value for '${name}'. It must be an integer between 128 and 2048, in multiples of 64.`,
      parameter: name,
      type: "integer",
    };
  }
  return undefined;
}

function checkUpscale(task: JsonObject): RunwareComplaint | undefined {
  if (task["upscaleFactor"] === undefined) return missing("upscaleFactor");
  const image = asObject(task["inputs"])?.["image"] ?? task["inputImage"];
  return image === undefined ? missing("inputs.image") : undefined;
}

function unknown(name: string): RunwareComplaint {
  const message = `Unknown parameter '${name}' for this model.`;
  return { code: "unknownParameter", message, parameter: name };
}

function invalid(...names: readonly string[]): RunwareComplaint {
  const message = `Invalid value for '${names.join("' and '")}'.`;
  return { code: "invalidParameter", message, parameter: names.length > 1 ? names : names[0] };
}

function missing(name: string): RunwareComplaint {
  const message = `Missing required parameter '${name}'.`;
  return { code: "missingParameter", message, parameter: name };
}
