import type { JsonObject, JsonValue } from "../domain/json.ts";
import type { ChatQuestion } from "./answer-chat.ts";
import {
  type GoogleApi,
  type GoogleShape,
  generateContentShape,
} from "./generate-content-shape.ts";
import { asList, asNumber, asObject, asText, isWhole } from "./read-json.ts";

/** A request to generate, understood, or the field that is wrong. */
export type GeminiRequest =
  | {
      readonly kind: "good";
      readonly api: GoogleApi;
      /** Whether an image is wanted. */
      readonly draws: boolean;
      /** Undefined: that of the first image sent, or a square. */
      readonly aspectRatio: string | undefined;
      readonly imageSize: string;
      /** How the image's file shall be, where that can be chosen. */
      readonly format: "png" | "jpeg";
      readonly quality: number | undefined;
      /** The images sent, in base64. */
      readonly images: readonly string[];
      readonly seed: number;
      readonly question: ChatQuestion;
    }
  | { readonly kind: "bad"; readonly field: string; readonly message: string };

const ratios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const wideRatios = ["1:4", "4:1", "1:8", "8:1"];

/** Reads and checks the body of generateContent. Field names may be in either of proto JSON's spellings. */
export function readGenerateContent(
  json: JsonObject,
  model: string,
  api: GoogleApi,
): GeminiRequest {
  const read = normalize(json, generateContentShape(api), "");
  if (typeof read === "string") {
    const message = `Invalid JSON payload received. Unknown name "${read.split(".").at(-1)}"${read.includes(".") ? ` at '${read.split(".").slice(0, -1).join(".")}'` : ""}: Cannot find field.`;
    return { kind: "bad", field: read, message };
  }
  const config = asObject(read["generationConfig"]) ?? {};
  const image = asObject(config["imageConfig"]) ?? {};
  const drawer = /image|banana/.test(model);
  const file = asObject(image["imageOutputOptions"]) ?? {};
  const modalities = asList(config["responseModalities"]);
  const problem =
    checkContents(read, api) ??
    (drawer ? checkDrawing(config, image, model) : undefined) ??
    (drawer ? checkInputs(read, model) : undefined) ??
    (!drawer && modalities.includes("IMAGE")
      ? bad(
          "generation_config.response_modalities",
          "Model does not support the requested response modalities: image",
        )
      : undefined) ??
    checkTemperature(config);
  if (problem !== undefined) return problem;
  return {
    kind: "good",
    api,
    draws: drawer && (modalities.length === 0 || modalities.includes("IMAGE")),
    aspectRatio: asText(image["aspectRatio"]),
    imageSize: asText(image["imageSize"]) ?? "1K",
    format: file["mimeType"] === "image/jpeg" || api === "gemini" ? "jpeg" : "png",
    quality: asNumber(file["compressionQuality"]),
    images: inlineImages(read).map(({ data }) => data),
    seed: asNumber(config["seed"]) ?? 0,
    question: { ...question(read, config, model), provider: api },
  };
}

/** The message in lowerCamelCase, or the path of its first unknown field. */
function normalize(message: JsonObject, shape: GoogleShape, path: string): JsonObject | string {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(message)) {
    const name = key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
    const inner = shape[name];
    const place = path === "" ? key : `${path}.${key}`;
    if (inner === undefined) return place;
    if (value === undefined || value === null) continue;
    const read = inner === null ? value : normalizeValue(value, inner, place);
    if (typeof read === "string" && inner !== null) return read;
    result[name] = read;
  }
  return result;
}

function normalizeValue(value: JsonValue, shape: GoogleShape, path: string): JsonValue {
  if (!Array.isArray(value)) return normalize(asObject(value) ?? {}, shape, path);
  const list: JsonValue[] = [];
  for (const [index, item] of asList(value).entries()) {
    const read = normalize(asObject(item) ?? {}, shape, `${path}[${index}]`);
    if (typeof read === "string") return read;
    list.push(read);
  }
  return list;
}

/** On Vertex AI every turn says whose it is; the Gemini API takes one without for the user's. */
function checkContents(read: JsonObject, api: GoogleApi): GeminiRequest | undefined {
  const contents = asList(read["contents"]);
  if (contents.length === 0) return bad("contents", "contents is not specified");
  for (const [index, value] of contents.entries()) {
    const { role = api === "gemini" ? "user" : "", parts } = asObject(value) ?? {};
    if (role !== "user" && role !== "model" && role !== "function") {
      return bad(`contents[${index}].role`, "Please use a valid role: user, model.");
    }
    if (asList(parts).length === 0) {
      return bad(`contents[${index}].parts`, "contents.parts must not be empty.");
    }
  }
  return undefined;
}

function checkDrawing(
  config: JsonObject,
  image: JsonObject,
  model: string,
): GeminiRequest | undefined {
  const ratio = image["aspectRatio"];
  const wide = /3\.1-flash-image|nano-banana-2/.test(model);
  const allowed = wide ? [...ratios, ...wideRatios] : ratios;
  if (ratio !== undefined && !allowed.includes(String(ratio))) {
    return bad(
      "generation_config.image_config.aspect_ratio",
      `Invalid value at 'generation_config.image_config.aspect_ratio', "${String(ratio)}"`,
    );
  }
  const size = image["imageSize"];
  if (size !== undefined) {
    const sizes = model.includes("2.5-flash-image")
      ? []
      : model.includes("lite")
        ? ["1K"]
        : model.includes("3.1-flash-image")
          ? ["512", "1K", "2K", "4K"]
          : ["1K", "2K", "4K"];
    if (!sizes.includes(String(size))) {
      return bad(
        "generation_config.image_config.image_size",
        `Invalid value at 'generation_config.image_config.image_size', "${String(size)}"`,
      );
    }
  }
  const file = asObject(image["imageOutputOptions"]);
  if (file !== undefined) {
    const mimeType = asText(file["mimeType"]) ?? "image/png";
    const place = "generation_config.image_config.image_output_options";
    if (mimeType !== "image/png" && mimeType !== "image/jpeg") {
      return bad(`${place}.mime_type`, `Unsupported output mime type: ${mimeType}`);
    }
    const quality = file["compressionQuality"];
    if (quality !== undefined && (mimeType === "image/png" || !isWhole(quality, 0, 100))) {
      return bad(
        `${place}.compression_quality`,
        "compression_quality is a whole number from 0 to 100, for image/jpeg only",
      );
    }
  }
  if (Number(config["candidateCount"] ?? 1) > 1) {
    return bad(
      "generation_config.candidate_count",
      "Multiple candidates is not enabled for this model",
    );
  }
  if (config["responseMimeType"] === "application/json") {
    return bad("generation_config.response_mime_type", "JSON mode is not enabled for this model");
  }
  return undefined;
}

const inputTypes = ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"];

function checkInputs(read: JsonObject, model: string): GeminiRequest | undefined {
  const images = inlineImages(read);
  const most = model.includes("2.5-flash-image") ? 3 : 14;
  if (images.length > most) {
    return bad("contents", `Too many images: at most ${most} are supported by this model.`);
  }
  const strange = images.find(({ mimeType }) => !inputTypes.includes(mimeType));
  return strange === undefined
    ? undefined
    : bad("contents", `Unsupported MIME type: ${strange.mimeType}`);
}

interface InlineImage {
  readonly mimeType: string;
  /** Base64. */
  readonly data: string;
}

function inlineImages(read: JsonObject): readonly InlineImage[] {
  const parts = asList(read["contents"]).flatMap((turn) => asList(asObject(turn)?.["parts"]));
  const images: InlineImage[] = [];
  for (const item of parts) {
    const inline = asObject(asObject(item)?.["inlineData"]);
    if (inline === undefined) continue;
    const { mimeType, data } = inline;
    images.push({ mimeType: asText(mimeType) ?? "", data: asText(data) ?? "" });
  }
  return images;
}

function checkTemperature(config: JsonObject): GeminiRequest | undefined {
  const temperature = asNumber(config["temperature"]) ?? 1;
  if (temperature >= 0 && temperature <= 2) return undefined;
  return bad(
    "generation_config.temperature",
    `Invalid value at 'generation_config.temperature', ${temperature}. Must be in the range [0.0, 2.0].`,
  );
}

function question(
  read: JsonObject,
  config: JsonObject,
  model: string,
): Omit<ChatQuestion, "provider"> {
  const texts: string[] = [];
  let lastText = "";
  let images = 0;
  for (const value of [read["systemInstruction"], ...asList(read["contents"])]) {
    const message = asObject(value) ?? {};
    const parts = asList(message["parts"]).map((item) => asObject(item) ?? {});
    const text = parts
      .map((item) => asText(item["text"]) ?? responseText(item["functionResponse"]))
      .filter((words) => words !== "")
      .join(" ");
    images += parts.filter((item) => item["inlineData"] ?? item["fileData"]).length;
    texts.push(text);
    if (value !== read["systemInstruction"] && message["role"] !== "model") lastText = text;
  }
  const calling = asObject(asObject(read["toolConfig"])?.["functionCallingConfig"]) ?? {};
  return {
    model,
    texts,
    lastText,
    images,
    tools: asList(read["tools"]).flatMap((tool) =>
      asList(asObject(tool)?.["functionDeclarations"]).map((item) => {
        const declaration = asObject(item) ?? {};
        return {
          name: asText(declaration["name"]) ?? "",
          parameters: asObject(declaration["parametersJsonSchema"] ?? declaration["parameters"]),
        };
      }),
    ),
    toolChoice:
      calling["mode"] === "ANY"
        ? (asText(asList(calling["allowedFunctionNames"])[0]) ?? "required")
        : "auto",
    format:
      asObject(config["responseJsonSchema"] ?? config["responseSchema"]) ??
      (config["responseMimeType"] === "application/json" ? "json" : "text"),
    maxTokens: asNumber(config["maxOutputTokens"]),
    stop: asList(config["stopSequences"]).map(String),
  };
}

function responseText(response: JsonValue | undefined): string {
  const value = asObject(response)?.["response"];
  return value === undefined ? "" : JSON.stringify(value);
}

function bad(field: string, message: string): GeminiRequest {
  return { kind: "bad", field, message };
}
