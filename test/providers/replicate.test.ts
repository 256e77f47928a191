import { describe, expect, it } from "vitest";
import { unknownCost } from "../../src/domain/cost.ts";
import type { Failure } from "../../src/domain/failure.ts";
import type { Job } from "../../src/domain/job.ts";
import type { JsonObject, JsonValue } from "../../src/domain/json.ts";
import type { TextToImageTask } from "../../src/domain/task.ts";
import type { Outcome } from "../../src/providers/outcome.ts";
import type { CallTarget } from "../../src/providers/provider.ts";
import { replicate } from "../../src/providers/replicate.ts";
import { jsonBody, testCallId } from "./support.ts";

const dialect = replicate.operations.text_to_image;
if (dialect?.job === undefined) throw new Error("replicate makes images by jobs");
const { job } = dialect;

describe("the path of a model", () => {
  const hash = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa";

  it.each([
    ["google/nano-banana-pro", "/models/google/nano-banana-pro/predictions", undefined],
    [`stability-ai/sdxl:${hash}`, "/predictions", hash],
    [hash, "/predictions", hash],
    ["../account", "/predictions", "../account"],
    ["google/..", "/predictions", "google/.."],
    ["google/nano?x=1", "/predictions", "google/nano?x=1"],
    ["a/b/c", "/predictions", "a/b/c"],
  ])("of %s is %s", (upstreamModel, path, version) => {
    const call = dialect.request(task(1), { ...target, upstreamModel });
    expect(call).toMatchObject({ method: "POST", path });
    const body = jsonBody(call);
    expect(body["version"]).toBe(version);
    expect(body["input"]).toMatchObject({ prompt: "a teapot" });
  });
});

describe("the time of an attempt", () => {
  it.each([
    [120_000, "wait=5", "125s"],
    [9_999, "wait=4", "15s"],
    [2_000, "wait=1", "7s"],
    [1_999, undefined, "7s"],
    [1, undefined, "6s"],
    [7_200_000, "wait=5", "1800s"],
  ])("of %i ms holds the call for %s and cancels after %s", (timeLeftMs, prefer, cancelAfter) => {
    const { headers = {} } = dialect.request(task(1), { ...target, timeLeftMs });
    expect(headers["prefer"]).toBe(prefer);
    expect(headers["cancel-after"]).toBe(cancelAfter);
  });
});

describe("a prediction that runs", () => {
  it("is asked for at growing intervals, up to two seconds", () => {
    let outcome: Outcome = result({ id: "p1", status: "starting" }, 1);
    const waits: number[] = [];
    for (let poll = 0; poll < 12; poll++) {
      const running = jobOf(outcome);
      waits.push(running.waitMs);
      outcome = job.result(reply({ id: "p1", status: "processing" }), running, task(1), target);
    }
    expect(waits.slice(0, 3)).toEqual([500, 600, 720]);
    expect(waits.slice(-3)).toEqual([2000, 2000, 2000]);
    expect(waits.slice(0, 8).reduce((sum, wait) => sum + wait)).toBeGreaterThan(8000);
  });

  it("is asked for and cancelled at the endpoint, wherever its answer points", () => {
    const urls = { get: "https://evil.example/p1", cancel: "https://evil.example/p1/cancel" };
    const running = jobOf(result({ id: "p1", status: "starting", urls }, 1));
    expect(running.state).toEqual({ id: "p1" });
    expect(job.poll(running, target)).toMatchObject({ method: "GET", path: "/predictions/p1" });
    expect(job.cancel?.(running, target)).toEqual({
      method: "POST",
      path: "/predictions/p1/cancel",
    });
  });

  it.each(["../account", "a/b", "a?b", "", "x".repeat(101)])("is not followed by id '%s'", (id) => {
    expect(result({ id, status: "starting" }, 1)).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault" },
    });
  });

  it("is asked for again after an answer that is no prediction", () => {
    const running = jobOf(result({ id: "p1", status: "starting" }, 1));
    expect(job.result(reply({}), running, task(1), target)).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", ofJob: false },
    });
  });

  it.each(["queued", "a-status-of-tomorrow", undefined])("may be in the status %s", (status) => {
    expect(result({ id: "p1", status }, 1).kind).toBe("job");
  });

  it.each<[JsonValue, number, Outcome["kind"]]>([
    [null, 1, "job"],
    ["", 1, "job"],
    [[], 1, "job"],
    [["https://r.example/0.png"], 2, "job"],
    [["https://r.example/0.png", "https://r.example/1.png"], 2, "done"],
    ["https://r.example/0.png", 1, "done"],
    [["text"], 1, "job"],
  ])("with the output %j of %i is %s", (output, count, kind) => {
    expect(result({ id: "p1", status: "processing", output }, count).kind).toBe(kind);
  });
});

describe("a prediction that has ended", () => {
  const ended = { id: "p1", status: "succeeded", completed_at: "2026-11-20T10:00:00.500000Z" };
  const expiresAt = Date.parse("2026-11-20T11:00:00.500Z");

  it.each<[JsonValue, readonly string[]]>([
    ["https://r.example/0.png", ["https://r.example/0.png"]],
    [
      ["https://r.example/0.png", "https://r.example/1.png"],
      ["https://r.example/0.png", "https://r.example/1.png"],
    ],
    [{ url: "https://r.example/0.png" }, ["https://r.example/0.png"]],
  ])("has its images in %j", (output, urls) => {
    expect(result({ ...ended, output }, 1)).toMatchObject({
      kind: "done",
      output: { images: urls.map((url) => ({ content: { kind: "url", url, expiresAt } })) },
    });
  });

  it.each<[JsonValue]>([[null], [[]], [""], [["text"]], ["file:///etc/passwd"], [{}]])(
    "with the output %j has failed",
    (output) => {
      expect(result({ ...ended, output }, 1)).toMatchObject({
        kind: "failed",
        failure: { class: "server_fault", upstreamRequestId: "p1" },
      });
    },
  );

  it("is billed when its images were deleted before anybody asked for them", () => {
    const removed = result({ ...ended, output: null, data_removed: true }, 1);
    expect(removed).toMatchObject({ failure: { class: "server_fault", billed: true } });
  });

  it.each<[string, string, Partial<Failure>]>([
    ["an official model", "Director: … (E1000)", { class: "server_fault", billed: false }],
    ["an official model", "The request timed out", { class: "timeout", billed: false }],
    ["an official model", "NSFW content", { class: "refused", billed: undefined }],
    ["a version", "Director: … (E1000)", { class: "server_fault", cost: unknownCost }],
    ["a version", "Input validation error", { class: "caller_fault", cost: unknownCost }],
  ])("in failure, of %s with '%s', costs what is known of it", (kind, error, expected) => {
    const upstreamModel = kind === "a version" ? "somebody/model:5c7d5dc6" : target.upstreamModel;
    const failed = reply({ id: "p1", status: "failed", error });
    expect(dialect.result(failed, task(1), { ...target, upstreamModel })).toMatchObject({
      kind: "failed",
      failure: expected,
    });
  });

  it.each([
    ["canceled", true],
    ["aborted", true],
    ["processing", true],
    ["succeeded", false],
    ["failed", false],
    [undefined, false],
  ])("and is %s in the answer to its cancelling, is cancelled: %s", (status, expected) => {
    const running = jobOf(result({ id: "p1", status: "processing" }, 1));
    expect(job.cancelled?.(reply({ id: "p1", status }), running)).toBe(expected);
  });

  it("brings fewer images than asked as they are", () => {
    const outcome = result({ ...ended, output: ["https://r.example/0.png"] }, 4);
    expect(outcome).toMatchObject({ kind: "done", output: { images: [{}] } });
  });

  it.each([
    ["canceled", undefined],
    ["aborted", false],
  ])("by being %s took too long", (status, billed) => {
    const outcome = result({ id: "p1", status }, 1);
    expect(outcome).toMatchObject({
      kind: "failed",
      failure: { class: "timeout", upstreamCode: status },
    });
    if (outcome.kind === "failed") expect(outcome.failure.billed).toBe(billed);
  });

  it("tells what it counted", () => {
    const metrics = { predict_time: 1.25, input_token_count: 3, output_token_count: 4 };
    const outcome = result({ ...ended, metrics, output: "https://r.example/0.png" }, 1);
    expect(outcome).toMatchObject({ usage: { seconds: 1.25, inputTokens: 3, outputTokens: 4 } });
  });
});

const target: CallTarget = {
  upstreamModel: "black-forest-labs/flux-schnell",
  settings: {},
  endUser: "",
  callId: testCallId,
  partialImages: 0,
  timeLeftMs: 60_000,
};

function task(count: number): TextToImageTask {
  return {
    operation: "text_to_image",
    prompt: "a teapot",
    negativePrompt: "",
    options: { count },
  };
}

function reply(prediction: JsonObject) {
  return { status: 201, headers: {}, body: { kind: "json", value: prediction } } as const;
}

function result(prediction: JsonObject, count: number): Outcome {
  if (dialect === undefined) throw new Error("replicate makes images");
  return dialect.result(reply(prediction), task(count), target);
}

function jobOf(outcome: Outcome): Job {
  if (outcome.kind !== "job") throw new Error(`no job but ${outcome.kind}`);
  return outcome.job;
}
