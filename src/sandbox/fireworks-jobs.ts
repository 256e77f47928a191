import type { JsonObject, JsonValue } from "../domain/json.ts";
import { drawPicture } from "./draw-picture.ts";
import { fireworksUnfit } from "./fireworks-errors.ts";
import { editNote, type InputImage, readInputAddress, readInputImage } from "./input-image.ts";
import { sizeForRatio } from "./picture-size.ts";
import { asNumber, asText, inWords, isWhole } from "./read-json.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";

/** The jobs of the FLUX.1 Kontext models. Only the newest 1,000 are remembered. */
export interface FireworksJobs {
  /** Answers POST /workflows/{model}. */
  create(visit: Visit, model: string, body: JsonObject): Promise<Answer>;
  /** Answers POST /workflows/{model}/get_result. */
  show(model: string, id: JsonValue | undefined): Promise<Answer>;
}

interface FireworksJob {
  readonly model: string;
  readonly body: JsonObject;
  readonly input: InputImage | "elsewhere" | undefined;
  readonly fate: "succeeded" | "refused" | "empty" | "failed";
  readonly createdAt: number;
  readonly readyAt: number;
  polls: number;
  result?: JsonObject;
}

const capacity = 1000;

/** How long the address of a result is good, in milliseconds: Black Forest Labs' ten minutes. */
const linkMs = 600_000;

/** No jobs yet. */
export function createFireworksJobs(context: VendorContext): FireworksJobs {
  const { clock } = context;
  const jobs = new Map<string, FireworksJob>();

  async function finish(job: FireworksJob): Promise<JsonObject> {
    const { body, input } = job;
    const seed = asNumber(body["seed"]) ?? 61_234;
    const common = {
      prompt: asText(body["prompt"]) ?? "",
      seed,
      duration: (clock.now() - job.createdAt) / 1000,
    };
    if (job.fate === "empty") return common;
    const format = body["output_format"] === "jpeg" ? "jpeg" : "png";
    const bytes = await drawPicture({
      prompt: common.prompt,
      provider: "fireworks",
      model: job.model.slice(job.model.lastIndexOf("/") + 1),
      ...sizeForRatio(ratioOf(job), "1K"),
      format,
      variant: seed,
      note: input && editNote([input]),
    });
    const path = context.files.put("/fireworks-delivery", `img.${format}`, {
      bytes,
      contentType: `image/${format}`,
      foreign: true,
      expiresAt: clock.now() + linkMs,
    });
    return { sample: `${context.origin}${path}?sig=${context.newId(16)}`, ...common };
  }

  return {
    async create(visit, model, body) {
      const wrong = checkFields(body);
      if (wrong !== undefined) return wrong;
      const given = asText(body["input_image"]);
      const input = given === undefined ? undefined : await readInput(context, given);
      if (given !== undefined && input === undefined) {
        return fireworksUnfit("input_image", "The image could not be read");
      }
      const id = [8, 4, 4, 4, 12].map(context.newId).join("-");
      const now = clock.now();
      const readyAt = now + visit.order.delayMs;
      jobs.set(id, { model, body, input, fate: fateOf(visit), createdAt: now, readyAt, polls: 0 });
      for (const oldest of jobs.keys()) {
        if (jobs.size <= capacity) break;
        jobs.delete(oldest);
      }
      return { kind: "json", status: 200, value: { request_id: id } };
    },
    async show(model, id) {
      const job = jobs.get(inWords(id));
      const status = job === undefined || job.model !== model ? "Task not found" : statusOf(job);
      if (job !== undefined && status === "Ready") job.result ??= await finish(job);
      const result = status === "Ready" ? (job?.result ?? null) : null;
      const value = { id: id ?? null, status, result, progress: null, details: null };
      return { kind: "json", status: 200, value };
    },
  };

  /** Not found at first, then pending at least once. The filter looks at words, or at what came of an edit. */
  function statusOf(job: FireworksJob): string {
    job.polls++;
    if (job.polls === 1) return "Task not found";
    if (job.polls === 2 || clock.now() < job.readyAt) return "Pending";
    if (job.fate === "failed") return "Error";
    if (job.fate !== "refused") return "Ready";
    return job.input === undefined ? "Request Moderated" : "Content Moderated";
  }
}

function fateOf({ order }: Visit): FireworksJob["fate"] {
  switch (order.effect?.kind) {
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

function ratioOf({ body, input }: FireworksJob): string {
  const asked = asText(body["aspect_ratio"]);
  if (asked !== undefined) return asked;
  return input === undefined || input === "elsewhere" ? "1:1" : `${input.width}:${input.height}`;
}

/** An image may be an address, a data URL, or bare base64. */
function readInput(
  { files }: VendorContext,
  given: string,
): Promise<InputImage | "elsewhere" | undefined> {
  if (/^(?:https?|data):/i.test(given)) return readInputAddress(given, files);
  return readInputImage(Buffer.from(given, "base64"));
}

function checkFields(body: JsonObject): Answer | undefined {
  const { prompt, aspect_ratio: ratio, output_format: format, safety_tolerance: tolerance } = body;
  if (typeof prompt !== "string") return fireworksUnfit("prompt", "Field required");
  if (ratio !== undefined && ratio !== null && !isRatio(ratio)) {
    return fireworksUnfit("aspect_ratio", "The ratio must be between 21:9 and 9:21");
  }
  if (format !== undefined && format !== "png" && format !== "jpeg") {
    return fireworksUnfit("output_format", "Input should be 'jpeg' or 'png'");
  }
  if (tolerance !== undefined && !isWhole(tolerance, 0, 6)) {
    return fireworksUnfit("safety_tolerance", "Input should be 0 to 6");
  }
  return undefined;
}

function isRatio(value: JsonValue): boolean {
  const [, width, height] = /^(\d{1,4}):(\d{1,4})$/.exec(inWords(value)) ?? [];
  const ratio = Number(width) / Number(height);
  return ratio >= 9 / 21 && ratio <= 21 / 9;
}
