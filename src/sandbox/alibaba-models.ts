import type { JsonObject } from "../domain/json.ts";
import { asList, asObject, asText, inWords, isWhole } from "./read-json.ts";

/** A way to ask for images, by the path after "/api/v1/services/aigc". */
export type AlibabaPath =
  | "/multimodal-generation/generation"
  | "/image-generation/generation"
  | "/text2image/image-synthesis"
  | "/image2image/image-synthesis";

/** What the sandbox knows of an image model of Model Studio. */
export interface AlibabaModel {
  readonly paths: readonly AlibabaPath[];
  /** How many images come when nothing is said. */
  readonly count: number;
  /** The most images. 0: the parameter is not taken. */
  readonly most: number;
  /** How many images go in, at least and at most. */
  readonly references: readonly [least: number, most: number];
  /** The size when nothing is said. */
  readonly size: string;
  /** Whether a size in pixels is taken. Undefined: no size is. */
  readonly takes?: ((width: number, height: number) => boolean) | undefined;
  /** Sizes that are words: "2K". */
  readonly words?: readonly string[] | undefined;
  /** Whether every image has a choice of its own. */
  readonly choiceEach?: boolean | undefined;
}

const call = "/multimodal-generation/generation";
const task = "/image-generation/generation";
const fromText = "/text2image/image-synthesis";
const fromImages = "/image2image/image-synthesis";

/** By Model Studio's documentation of 2026. The first pattern that matches counts. */
const models: readonly (readonly [RegExp, AlibabaModel])[] = [
  [
    /^qwen-image-3\.0(-pro)?$/,
    {
      paths: [call, task],
      count: 1,
      most: 6,
      references: [0, 3],
      size: "1024*1024",
      takes: area(512, 2048, 8),
      words: ["auto"],
    },
  ],
  [
    /^qwen-image-2\.1-pro$/,
    {
      paths: [call, task],
      count: 1,
      most: 6,
      references: [0, 10],
      size: "1024*1024",
      takes: area(512, 2048, 8),
      words: ["auto"],
    },
  ],
  [
    /^qwen-image-2\.0(-pro)?$/,
    {
      paths: [call],
      count: 1,
      most: 6,
      references: [0, 3],
      size: "1024*1024",
      takes: area(512, 2048, 8),
      words: ["auto"],
    },
  ],
  [
    /^qwen-image-edit-(max|plus)/,
    {
      paths: [call],
      count: 1,
      most: 6,
      references: [1, 3],
      size: "1024*1024",
      takes: (width, height) => [width, height].every((edge) => edge >= 512 && edge <= 2048),
    },
  ],
  [
    /^qwen-image-edit$/,
    { paths: [call], count: 1, most: 1, references: [1, 3], size: "1024*1024" },
  ],
  [
    /^qwen-image(-max|-plus)?(-\d{4}-\d\d-\d\d)?$/,
    {
      paths: [call, fromText],
      count: 1,
      most: 1,
      references: [0, 0],
      size: "1664*928",
      takes: oneOf("1664*928", "1472*1104", "1472*1140", "1328*1328", "1104*1472", "928*1664"),
    },
  ],
  [
    /^wan2\.7-image-pro$/,
    {
      paths: [call, task],
      count: 4,
      most: 4,
      references: [0, 9],
      size: "2048*2048",
      takes: area(768, 4096, 8),
      words: ["1K", "2K", "4K"],
      choiceEach: true,
    },
  ],
  [
    /^wan2\.7-image$/,
    {
      paths: [call, task],
      count: 4,
      most: 4,
      references: [0, 9],
      size: "2048*2048",
      takes: area(768, 2048, 8),
      words: ["1K", "2K"],
      choiceEach: true,
    },
  ],
  [
    /^wan2\.6-image$/,
    {
      paths: [call, task],
      count: 4,
      most: 4,
      references: [1, 4],
      size: "1024*1024",
      takes: area(768, 2048, 4),
      words: ["1K", "2K"],
      choiceEach: true,
    },
  ],
  [
    /^wan2\.6-t2i$/,
    {
      paths: [call, task],
      count: 4,
      most: 4,
      references: [0, 0],
      size: "1280*1280",
      takes: area(1280, 1440, 4),
      choiceEach: true,
    },
  ],
  [
    /^wan2\.5-t2i-preview$/,
    {
      paths: [fromText],
      count: 4,
      most: 4,
      references: [0, 0],
      size: "1280*1280",
      takes: area(768, 1440, 4),
    },
  ],
  [
    /^wan2\.5-i2i-preview$/,
    {
      paths: [fromImages],
      count: 4,
      most: 4,
      references: [1, 3],
      size: "1280*1280",
      takes: area(768, 1280, 4),
    },
  ],
  [
    /^wanx?2\.[012]-t2i-(flash|plus|turbo)$/,
    {
      paths: [fromText],
      count: 4,
      most: 4,
      references: [0, 0],
      size: "1024*1024",
      takes: (width, height) => [width, height].every((edge) => edge >= 512 && edge <= 1440),
    },
  ],
  [
    /^wanx2\.1-imageedit$/,
    { paths: [fromImages], count: 4, most: 4, references: [1, 1], size: "1024*1024" },
  ],
  [
    /^z-image-turbo$/,
    {
      paths: [call],
      count: 1,
      most: 0,
      references: [0, 0],
      size: "1024*1024",
      takes: area(512, 2048, 8),
    },
  ],
];

/** What is known of a model. Undefined for a name that Model Studio does not have. */
export function findAlibabaModel(name: string): AlibabaModel | undefined {
  return models.find(([pattern]) => pattern.test(name))?.[1];
}

/** What an image request says, read from either dialect. */
export interface AlibabaRequest {
  readonly prompt: string;
  readonly references: number;
  readonly count: number;
  readonly size: string;
  readonly seed: number;
}

/** Reads and checks the body of an image request. A text is Model Studio's complaint. */
export function readAlibabaRequest(
  path: AlibabaPath,
  model: AlibabaModel,
  body: JsonObject,
): AlibabaRequest | string {
  const input = asObject(body["input"]);
  if (input === undefined) return 'Field required: "input"';
  const asked = path === call || path === task ? readMessage(input) : readPrompt(input);
  if (typeof asked === "string") return asked;
  const [least, most] = model.references;
  if (asked.references < least || asked.references > most) {
    return `The number of input images must be between ${least} and ${most}.`;
  }
  const parameters = asObject(body["parameters"] ?? {});
  if (parameters === undefined) return '"parameters" must be an object.';
  const { n = model.count, size = model.size, seed = 0 } = parameters;
  if (parameters["n"] !== undefined && !isWhole(n, 1, model.most)) {
    return "The parameter n is out of range.";
  }
  if (!isWhole(seed, 0, 2 ** 31 - 1)) return "The parameter seed must be in [0, 2147483647].";
  if (parameters["size"] !== undefined && !takesSize(model, inWords(size))) {
    return "The size does not match the allowed range.";
  }
  return { ...asked, count: Number(n), size: inWords(size), seed: Number(seed) };
}

type Asked = Pick<AlibabaRequest, "prompt" | "references">;

/** One message: images, then one text. */
function readMessage(input: JsonObject): Asked | string {
  const messages = asList(input["messages"]);
  const message = asObject(messages[0]);
  if (messages.length !== 1 || message?.["role"] !== "user") {
    return "messages must have exactly one message with the role user.";
  }
  const content = asList(message["content"]).map((item) => asObject(item) ?? {});
  const texts = content.flatMap((item) => asText(item["text"]) ?? []);
  const images = content.filter((item) => typeof item["image"] === "string");
  if (texts.length !== 1 || content.at(-1)?.["text"] === undefined) {
    return "content must end with exactly one text.";
  }
  if (texts.length + images.length !== content.length) return "content has an unknown item.";
  return { prompt: texts[0] ?? "", references: images.length };
}

function readPrompt(input: JsonObject): Asked | string {
  const prompt = asText(input["prompt"]);
  if (prompt === undefined) return 'Field required: "input.prompt"';
  const base = input["base_image_url"];
  if (base === undefined) return { prompt, references: asList(input["images"]).length };
  const masked = input["function"] === "description_edit_with_mask";
  if (masked && typeof input["mask_image_url"] !== "string") {
    return 'Field required: "input.mask_image_url"';
  }
  return typeof base === "string" && asText(input["function"]) !== undefined
    ? { prompt, references: 1 }
    : 'Field required: "input.function"';
}

function takesSize(model: AlibabaModel, size: string): boolean {
  if (model.words?.includes(size)) return true;
  const match = /^(\d{1,5})\*(\d{1,5})$/.exec(size);
  return match !== null && model.takes?.(Number(match[1]), Number(match[2])) === true;
}

/** Any area between two squares, the longer edge at most so many times the shorter one. */
function area(least: number, most: number, ratio: number): AlibabaModel["takes"] {
  return (width, height) =>
    width * height >= least ** 2 &&
    width * height <= most ** 2 &&
    Math.max(width, height) <= ratio * Math.min(width, height);
}

function oneOf(...sizes: readonly string[]): AlibabaModel["takes"] {
  return (width, height) => sizes.includes(`${width}*${height}`);
}
