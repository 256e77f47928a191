import type { JsonObject, JsonValue } from "../domain/json.ts";
import type { ChatQuestion } from "./answer-chat.ts";
import { asList, asNumber, asObject, asText } from "./read-json.ts";

/** A request to generate, understood, or the field that is wrong. */
export type GeminiRequest =
  | {
      readonly kind: "good";
      /** Whether an image is wanted. */
      readonly draws: boolean;
      readonly aspectRatio: string;
      readonly imageSize: string;
      readonly seed: number;
      readonly question: ChatQuestion;
    }
  | { readonly kind: "bad"; readonly field: string; readonly message: string };

/** A message's fields: `null` for a value that is taken as it is, a message for one that is looked into. */
interface Shape {
  readonly [field: string]: Shape | null;
}

const part: Shape = {
  text: null,
  inlineData: { mimeType: null, data: null, displayName: null },
  fileData: { mimeType: null, fileUri: null, displayName: null },
  functionCall: { id: null, name: null, args: null },
  functionResponse: { id: null, name: null, response: null, parts: null },
  thought: null,
  thoughtSignature: null,
  mediaResolution: null,
  videoMetadata: null,
  executableCode: null,
  codeExecutionResult: null,
};

const content: Shape = { role: null, parts: part };

const body: Shape = {
  contents: content,
  systemInstruction: content,
  generationConfig: {
    responseModalities: null,
    imageConfig: { aspectRatio: null, imageSize: null },
    temperature: null,
    topP: null,
    topK: null,
    candidateCount: null,
    maxOutputTokens: null,
    stopSequences: null,
    seed: null,
    presencePenalty: null,
    frequencyPenalty: null,
    responseLogprobs: null,
    logprobs: null,
    thinkingConfig: { includeThoughts: null, thinkingBudget: null, thinkingLevel: null },
    responseMimeType: null,
    responseSchema: null,
    responseJsonSchema: null,
    responseFormat: null,
    mediaResolution: null,
    speechConfig: null,
    enableEnhancedCivicAnswers: null,
  },
  safetySettings: { category: null, threshold: null },
  tools: {
    functionDeclarations: {
      name: null,
      description: null,
      parameters: null,
      parametersJsonSchema: null,
      response: null,
      responseJsonSchema: null,
      behavior: null,
    },
    googleSearch: null,
    googleSearchRetrieval: null,
    codeExecution: null,
    urlContext: null,
    googleMaps: null,
    fileSearch: null,
    computerUse: null,
  },
  toolConfig: {
    functionCallingConfig: {
      mode: null,
      allowedFunctionNames: null,
      streamFunctionCallArguments: null,
    },
    retrievalConfig: null,
  },
  cachedContent: null,
  serviceTier: null,
  store: null,
  labels: null,
  continuationToken: null,
};

const ratios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const wideRatios = ["1:4", "4:1", "1:8", "8:1"];

/** Reads and checks the body of generateContent. Field names may be in either of proto JSON's spellings. */
export function readGenerateContent(json: JsonObject, model: string): GeminiRequest {
  const read = normalize(json, body, "");
  if (typeof read === "string") {
    const message = `Invalid JSON payload received. Unknown name "${read.split(".").at(-1)}"${read.includes(".") ? ` at '${read.split(".").slice(0, -1).join(".")}'` : ""}: Cannot find field.`;
    return { kind: "bad", field: read, message };
  }
  const config = asObject(read["generationConfig"]) ?? {};
  const image = asObject(config["imageConfig"]) ?? {};
  const drawer = /image|banana/.test(model);
  const modalities = asList(config["responseModalities"]);
  const problem =
    checkContents(read) ??
    (drawer ? checkDrawing(config, image, model) : undefined) ??
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
    draws: drawer && (modalities.length === 0 || modalities.includes("IMAGE")),
    aspectRatio: asText(image["aspectRatio"]) ?? "1:1",
    imageSize: asText(image["imageSize"]) ?? "1K",
    seed: asNumber(config["seed"]) ?? 0,
    question: question(read, config, model),
  };
}

/** The message in lowerCamelCase, or the path of its first unknown field. */
function normalize(message: JsonObject, shape: Shape, path: string): JsonObject | string {
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

function normalizeValue(value: JsonValue, shape: Shape, path: string): JsonValue {
  if (!Array.isArray(value)) return normalize(asObject(value) ?? {}, shape, path);
  const list: JsonValue[] = [];
  for (const [index, item] of asList(value).entries()) {
    const read = normalize(asObject(item) ?? {}, shape, `${path}[${index}]`);
    if (typeof read === "string") return read;
    list.push(read);
  }
  return list;
}

function checkContents(read: JsonObject): GeminiRequest | undefined {
  const contents = asList(read["contents"]);
  if (contents.length === 0) return bad("contents", "contents is not specified");
  for (const [index, value] of contents.entries()) {
    const { role = "user", parts } = asObject(value) ?? {};
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

function checkTemperature(config: JsonObject): GeminiRequest | undefined {
  const temperature = asNumber(config["temperature"]) ?? 1;
  if (temperature >= 0 && temperature <= 2) return undefined;
  return bad(
    "generation_config.temperature",
    `Invalid value at 'generation_config.temperature', ${temperature}. Must be in the range [0.0, 2.0].`,
  );
}

function question(read: JsonObject, config: JsonObject, model: string): ChatQuestion {
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
    provider: "gemini",
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
