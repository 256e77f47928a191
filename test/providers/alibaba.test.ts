import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/job.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { alibaba } from "../../src/providers/alibaba.ts";
import type { Outcome } from "../../src/providers/outcome.ts";
import { chatTask, jsonBody, target, textToImageTask } from "./support.ts";

const dialect = alibaba.operations.text_to_image;
if (dialect?.job === undefined) throw new Error("alibaba makes images by tasks");
const { job } = dialect;
const wan = target("wan2.5-t2i-preview");

describe("the base URL of Model Studio", () => {
  it.each([
    ["https://dashscope.aliyuncs.com", "https://dashscope.aliyuncs.com"],
    ["https://dashscope.aliyuncs.com/api/v1", "https://dashscope.aliyuncs.com"],
    ["https://dashscope.aliyuncs.com/compatible-mode/v1", "https://dashscope.aliyuncs.com"],
    ["http://proxy/alibaba/api/v1", "http://proxy/alibaba"],
    ["http://proxy/api/v1/alibaba", "http://proxy/api/v1/alibaba"],
  ])("%s is taken for %s", (written, expected) => {
    expect(alibaba.normalizeBaseUrl?.(written)).toBe(expected);
  });
});

describe("an image call", () => {
  it("always says how many images, since Wan models make four by themselves", () => {
    const body = jsonBody(dialect.request(textToImageTask(), wan));
    expect(body["parameters"]).toMatchObject({ n: 1 });
  });

  it("leaves the rewriting of the prompt to the model", () => {
    const body = JSON.stringify(jsonBody(dialect.request(textToImageTask(), wan)));
    expect(body).not.toMatch(/prompt_extend|thinking/);
  });

  it.each(["wan2.5-t2i-preview", "qwen-image-plus", "qwen-image-3.0"])(
    "tells %s not to mark the image, since some models do unless they are told",
    (model) => {
      const body = jsonBody(dialect.request(textToImageTask(), target(model)));
      expect(body["parameters"]).toMatchObject({ watermark: false });
    },
  );

  it("has a seed of 31 bits", () => {
    const range = { least: 0, most: 2 ** 31 - 1 };
    expect(dialect.capabilities("wan2.5-t2i-preview", {}).seed).toEqual(range);
    const body = jsonBody(dialect.request(textToImageTask({ seed: range.most }), wan));
    expect(body["parameters"]).toMatchObject({ seed: range.most });
  });

  it.each([
    ["qwen-image-2.0", undefined],
    ["qwen-image-3.0", "enable"],
    ["wan2.5-t2i-preview", "enable"],
  ])("to %s says %s to being a task", (model, said) => {
    const { headers } = dialect.request(textToImageTask(), target(model));
    expect(headers?.["x-dashscope-async"]).toBe(said);
  });
});

describe("a task that runs", () => {
  it("is asked for at growing intervals, up to five seconds", () => {
    let outcome = result({ task_id: "t1", task_status: "PENDING" });
    const waits: number[] = [];
    for (let poll = 0; poll < 12; poll++) {
      const running = jobOf(outcome);
      waits.push(running.waitMs);
      outcome = polled({ task_id: "t1", task_status: "RUNNING" }, running);
    }
    expect(waits.slice(0, 3)).toEqual([1000, 1250, 1563]);
    expect(waits.slice(-2)).toEqual([5000, 5000]);
  });

  it.each(["PENDING", "RUNNING", "SUSPENDED", "A_STATUS_OF_TOMORROW"])(
    "may have the status %s",
    (task_status) => {
      expect(result({ task_id: "t1", task_status }).kind).toBe("job");
    },
  );

  it.each(["../uploads", "a/b", "a?b", "", "x".repeat(101)])("is not followed by id '%s'", (id) => {
    expect(result({ task_id: id, task_status: "PENDING" })).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", billed: true },
    });
  });

  it.each([
    [{ TOTAL: 4, SUCCEEDED: 1, FAILED: 0 }, 0.25],
    [{ TOTAL: 2, SUCCEEDED: 3 }, 1],
    [{ TOTAL: 0, SUCCEEDED: 0 }, undefined],
    [{ TOTAL: 2 }, undefined],
  ])("with the metrics %j is at %s", (task_metrics, fraction) => {
    const outcome = result({ task_id: "t1", task_status: "RUNNING", task_metrics });
    expect(jobOf(outcome).progress?.fraction).toBe(fraction);
  });
});

describe("an answer without what it should hold", () => {
  const answer = (value: JsonObject) =>
    ({ status: 200, headers: {}, body: { kind: "json", value } }) as const;

  it.each([
    ["wan2.5-t2i-preview", true],
    ["qwen-image-3.0", true],
    ["qwen-image-2.0", undefined],
  ])("of %s hides a task that runs: %s", (model, billed) => {
    const outcome = dialect.result(answer({ request_id: "r" }), textToImageTask(), target(model));
    expect(outcome).toMatchObject({ kind: "failed", failure: { class: "server_fault" } });
    expect(outcome.kind === "failed" && outcome.failure.billed).toBe(billed);
  });

  it.each<[string, JsonObject, string]>([
    ["a limit", { code: "Throttling.RateQuota", message: "Slower." }, "overloaded"],
    ["a wrong key", { code: "InvalidApiKey", message: "Wrong." }, "credential"],
    ["no output", { request_id: "r" }, "server_fault"],
    ["an output that says nothing of the task", { output: {} }, "server_fault"],
  ])("to a question for a task, %s, does not end the task", (_what, body, name) => {
    const running = { id: "t1", waitMs: 1000, state: {} };
    const outcome = job.result(answer(body), running, textToImageTask(), wan);
    expect(outcome).toMatchObject({ kind: "failed", failure: { class: name, ofJob: false } });
    expect(outcome.kind === "failed" && outcome.failure.billed).toBeUndefined();
  });
});

describe("the address of an image", () => {
  const day = 86_400_000;
  const date = "Sat, 21 Nov 2026 10:00:00 GMT";
  const now = Date.parse(date);

  it.each([
    ["https://x.aliyuncs.com/a.png?Expires=1795000000&Signature=s", 1_795_000_000_000],
    ["http://x.aliyuncs.com/a.png?OSSAccessKeyId=k&Expires=1795000000", 1_795_000_000_000],
    ["https://x.aliyuncs.com/a.png?NotExpires=1795000000", now + day],
    ["https://x.aliyuncs.com/a.png?Expires=soon", now + day],
    ["https://x.aliyuncs.com/a.png", now + day],
  ])("%s holds until %i", (url, expiresAt) => {
    const outcome = result({ task_id: "t1", task_status: "SUCCEEDED", results: [{ url }] }, date);
    expect(outcome).toMatchObject({
      kind: "done",
      output: { images: [{ content: { kind: "url", url, expiresAt } }] },
    });
  });

  it.each(["file:///etc/passwd", "oss://bucket/a.png", "a.png", ""])("is not '%s'", (url) => {
    expect(result({ task_id: "t1", task_status: "SUCCEEDED", results: [{ url }] })).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault" },
    });
  });
});

describe("a chat", () => {
  const chat = alibaba.operations.chat;

  it("has a temperature below 2", () => {
    expect(chat?.capabilities("qwen3.7-plus", {}).maxTemperature).toBeLessThan(2);
  });

  it.each([
    ["none", { enable_thinking: false }],
    ["minimal", { enable_thinking: true, thinking_budget: 1024 }],
    ["low", { enable_thinking: true, thinking_budget: 1638 }],
    ["medium", { enable_thinking: true, thinking_budget: 4915 }],
    ["high", { enable_thinking: true, thinking_budget: 9830 }],
  ] as const)("with the effort %s thinks so long: %j", (reasoningEffort, expected) => {
    const call = chat?.request(chatTask({ reasoningEffort }), target("qwen3.7-plus"));
    expect(jsonBody(call)).toMatchObject(expected);
  });

  it.each([
    ["qwen3-32b", false],
    ["qwen3-235b-a22b", false],
    ["qwen3.5-0.6b", false],
    ["qwen3-235b-a22b-thinking-2507", undefined],
    ["qwen3.7-plus", undefined],
  ])("with %s switches thinking to %s where only a stream could think", (model, expected) => {
    const unary = jsonBody(chat?.request(chatTask(), target(model)));
    const streamed = jsonBody(chat?.stream?.request(chatTask(), target(model)));
    expect(unary["enable_thinking"]).toBe(expected);
    expect(streamed["enable_thinking"]).toBeUndefined();
  });

  it.each([
    ["qwen3.7-plus", true],
    ["qwen3.8-max-0902", true],
    ["qwen-plus", false],
    ["qwen3.7-plusher", false],
  ])("with %s keeps to a schema: %s", (model, expected) => {
    expect(chat?.capabilities(model, {}).jsonSchema).toBe(expected);
  });
});

function result(output: JsonObject, date = ""): Outcome {
  if (dialect === undefined) throw new Error("alibaba makes images");
  return dialect.result(reply(output, date), textToImageTask(), wan);
}

function polled(output: JsonObject, running: Job): Outcome {
  return job.result(reply(output, ""), running, textToImageTask(), wan);
}

function reply(output: JsonObject, date: string) {
  const value = { output, request_id: "r-1" };
  return { status: 200, headers: { date }, body: { kind: "json", value } } as const;
}

function jobOf(outcome: Outcome): Job {
  if (outcome.kind !== "job") throw new Error(`no job but ${outcome.kind}`);
  return outcome.job;
}
