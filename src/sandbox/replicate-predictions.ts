import type { JsonObject, JsonValue } from "../domain/json.ts";
import { drawPicture } from "./draw-picture.ts";
import { editNote, type InputImage, readInputAddress } from "./input-image.ts";
import { longestEdge, sizeForRatio } from "./picture-size.ts";
import { asNumber, asText } from "./read-json.ts";
import { breakdownOf, refusalOf, replicateError } from "./replicate-errors.ts";
import type { ReplicateFiles } from "./replicate-files.ts";
import type { ReplicateModel } from "./replicate-schemas.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";

/** The predictions that were asked for. Only the newest 1,000 are remembered. */
export interface Predictions {
  create(visit: Visit, model: string, known: ReplicateModel, input: JsonObject): Promise<Answer>;
  get(id: string): Promise<Answer>;
  cancel(id: string): Promise<Answer>;
}

interface Prediction {
  readonly id: string;
  readonly model: string;
  readonly known: ReplicateModel;
  readonly input: JsonObject;
  /** What it was ordered to come to. */
  readonly fate: "succeeded" | "refused" | "empty" | "failed";
  readonly createdAt: number;
  readonly readyAt: number;
  /** When Replicate gives it up: `Cancel-After`. */
  readonly deadline: number;
  polls: number;
  status: Status;
  endedAt?: number;
  /** Why it failed, when it was not ordered to. */
  problem?: string;
  output: JsonValue;
}

type Status = "starting" | "processing" | "succeeded" | "failed" | "canceled" | "aborted";

const capacity = 1000;

/** The most images of one prediction, at any model. */
const mostImages = 15;

/** How many polls a prediction takes at least that nobody waits for. */
const pollsAtLeast = 2;

/** No predictions yet. */
export function createPredictions(
  context: VendorContext,
  basePath: string,
  filePath: string,
  uploaded: Pick<ReplicateFiles, "owns" | "get">,
): Predictions {
  const { clock } = context;
  const known = new Map<string, Prediction>();

  /** Brings a prediction up to the present moment. */
  async function update(prediction: Prediction): Promise<void> {
    if (prediction.endedAt !== undefined) return;
    const now = clock.now();
    if (now >= prediction.deadline) {
      return end(prediction, prediction.status === "starting" ? "aborted" : "canceled");
    }
    if (now < prediction.readyAt || prediction.polls < pollsAtLeast) {
      prediction.status = "processing";
      return;
    }
    if (prediction.fate === "refused" || prediction.fate === "failed") {
      return end(prediction, "failed");
    }
    if (prediction.fate === "empty") {
      prediction.output = prediction.known.output === "list" ? [] : null;
      return end(prediction, "succeeded");
    }
    const inputs = await readInputs(prediction.input, context, uploaded);
    if (typeof inputs === "string") {
      prediction.problem = inputs;
      return end(prediction, "failed");
    }
    prediction.output = await draw(prediction, inputs);
    end(prediction, "succeeded");
  }

  function end(prediction: Prediction, status: Status): void {
    // A second poll may have finished it while the first one drew.
    if (prediction.endedAt !== undefined) return;
    prediction.status = status;
    prediction.endedAt = clock.now();
  }

  async function draw(prediction: Prediction, inputs: Inputs): Promise<JsonValue> {
    const { input } = prediction;
    const asked = asNumber(
      input["num_outputs"] ?? input["number_of_images"] ?? input["max_images"],
    );
    const count = Math.min(asked ?? 1, mostImages);
    const suffix = asText(input["output_format"]) ?? prediction.known.format;
    const format = suffix === "png" || suffix === "webp" ? suffix : "jpeg";
    const edit = inputs.length === 0 ? [] : [editNote(inputs, input["mask"] !== undefined)];
    const urls: string[] = [];
    for (let index = 0; index < count; index++) {
      const notes = [...(count > 1 ? [`${index + 1} OF ${count}`] : []), ...edit];
      const bytes = await drawPicture({
        prompt: asText(input["prompt"]) ?? "",
        provider: "replicate",
        model: prediction.model,
        ...pictureSize(input, inputs[0]),
        format,
        quality: asNumber(input["output_quality"] ?? input["output_compression"]),
        transparent: input["background"] === "transparent",
        variant: index + (asNumber(input["seed"]) ?? 0),
        note: notes.length === 0 ? undefined : notes.join(", "),
      });
      const file = { bytes, contentType: `image/${format}`, foreign: true };
      urls.push(context.origin + context.files.put(filePath, `out-${index}.${suffix}`, file));
    }
    return prediction.known.output === "list" ? urls : (urls[0] ?? null);
  }

  function show(prediction: Prediction, status: number): Answer {
    const { id, model, input, createdAt, endedAt } = prediction;
    const url = `${context.origin}${basePath}/predictions/${id}`;
    const iso = (time: number): string => new Date(time).toISOString();
    const seconds = ((endedAt ?? 0) - createdAt) / 1000;
    return {
      kind: "json",
      status,
      headers: {
        "ratelimit-remaining": "599",
        "ratelimit-reset": "1",
        ...(status === 201 && prediction.polls >= pollsAtLeast
          ? { "preference-applied": "wait" }
          : {}),
      },
      value: {
        id,
        model,
        version: "hidden",
        input,
        logs: endedAt === undefined ? "" : `Using seed: ${asNumber(input["seed"]) ?? 61234}\n`,
        output: prediction.output,
        data_removed: false,
        error: errorOf(prediction),
        source: "api",
        status: prediction.status,
        created_at: iso(createdAt),
        ...(prediction.status === "starting" ? {} : { started_at: iso(createdAt) }),
        ...(endedAt === undefined ? {} : { completed_at: iso(endedAt) }),
        ...(Number.isFinite(prediction.deadline) ? { deadline: iso(prediction.deadline) } : {}),
        ...(endedAt === undefined ? {} : { metrics: metrics(prediction, seconds) }),
        urls: { cancel: `${url}/cancel`, get: url, web: `https://replicate.com/p/${id}` },
      },
    };
  }

  return {
    async create(visit, model, knownModel, input) {
      const now = clock.now();
      const lifeMs = parseSpan(visit.header("cancel-after"));
      const prediction: Prediction = {
        id: context.newId(26),
        model,
        known: knownModel,
        input,
        fate: fateOf(visit),
        createdAt: now,
        readyAt: now + visit.order.delayMs,
        deadline: lifeMs === undefined ? Number.POSITIVE_INFINITY : now + lifeMs,
        polls: 0,
        status: "starting",
        output: null,
      };
      known.set(prediction.id, prediction);
      for (const oldest of known.keys()) {
        if (known.size <= capacity) break;
        known.delete(oldest);
      }
      const holdMs = parsePrefer(visit.header("prefer"));
      // A late failure is one that comes after the answer that accepts the job.
      if (holdMs === undefined || prediction.fate === "failed") return show(prediction, 201);
      const workMs = Math.min(holdMs, visit.order.delayMs);
      if (workMs > 0) await clock.sleep(workMs, visit.signal);
      prediction.polls = pollsAtLeast;
      await update(prediction);
      return show(prediction, 201);
    },
    async get(id) {
      const prediction = known.get(id);
      if (prediction === undefined) return replicateError(404);
      prediction.polls++;
      await update(prediction);
      return show(prediction, 200);
    },
    async cancel(id) {
      const prediction = known.get(id);
      if (prediction === undefined) return replicateError(404);
      if (prediction.endedAt === undefined) end(prediction, "canceled");
      return show(prediction, 200);
    },
  };
}

function fateOf(visit: Visit): Prediction["fate"] {
  switch (visit.order.effect?.kind) {
    case "refuse":
      return "refused";
    case "empty":
      return "empty";
    case "fail_late":
      return "failed";
    default:
      return "succeeded";
  }
}

function errorOf({ status, problem, fate, model, known }: Prediction): string | null {
  if (status !== "failed") return null;
  if (problem !== undefined) return problem;
  return fate === "refused" ? refusalOf(model) : breakdownOf(known.input !== undefined);
}

function metrics(prediction: Prediction, seconds: number): JsonObject {
  const images = Array.isArray(prediction.output) ? prediction.output.length : 1;
  return {
    ...(prediction.status === "succeeded" ? { image_count: images } : {}),
    predict_time: seconds,
    total_time: seconds,
  };
}

type Inputs = readonly (InputImage | "elsewhere")[];

/** The keys under which models take images to work on. */
const inputKeys = ["image", "image_prompt", "input_image", "input_images", "image_input"];

/** Looks at the images of an edit. A string is what the model says of one that is none. */
async function readInputs(
  input: JsonObject,
  { files }: VendorContext,
  uploaded: Pick<ReplicateFiles, "owns" | "get">,
): Promise<Inputs | string> {
  const inputs: Inputs[number][] = [];
  for (const value of inputKeys.flatMap((key) => [input[key] ?? []].flat())) {
    const address = asText(value) ?? "";
    const path = URL.parse(address)?.pathname ?? "";
    const shelf = uploaded.owns(path) ? uploaded : files;
    if (shelf === uploaded && shelf.get(path) === undefined) {
      return `404 Client Error: Not Found for url: ${address}`;
    }
    const image = await readInputAddress(address, shelf);
    if (image === undefined) return "cannot identify image file";
    inputs.push(image);
  }
  return inputs;
}

/** An edit has the shape of its first image, unless it asks for another one. */
function pictureSize(
  input: JsonObject,
  first: Inputs[number] | undefined,
): { width: number; height: number } {
  const width = asNumber(input["width"]);
  const height = asNumber(input["height"]);
  if (width !== undefined && height !== undefined) {
    return { width: drawable(width), height: drawable(height) };
  }
  const asked = asText(input["aspect_ratio"]);
  const given =
    first === undefined || first === "elsewhere" ? "1:1" : `${first.width}:${first.height}`;
  const ratio = asked === undefined || asked === "match_input_image" ? given : asked;
  const tier = asText(input["resolution"] ?? input["image_size"] ?? input["size"]) ?? "1K";
  return sizeForRatio(ratio, tier);
}

/** Community models are not checked, so that anything may be asked of them. */
function drawable(edge: number): number {
  return Math.round(Math.min(Math.max(edge, 16), longestEdge)) || 16;
}

/** How long `Prefer: wait[=N]` holds the answer, in milliseconds: at most a minute. */
function parsePrefer(header: string | undefined): number | undefined {
  const match = /(?:^|,)\s*wait(?:=(\d+))?\s*(?:,|$)/.exec(header ?? "");
  if (match === null) return undefined;
  return Math.min(Number(match[1] ?? 60), 60) * 1000;
}

/** "90s", "1h30m45s" or a bare number of seconds, in milliseconds. */
function parseSpan(header: string | undefined): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(header?.trim() ?? "");
  if (match === null || header === undefined || header === "") return undefined;
  const [, hours = 0, minutes = 0, seconds = 0] = match.map((part) => part ?? 0);
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
