import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/job.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { fal } from "../../src/providers/fal.ts";
import type { Outcome } from "../../src/providers/outcome.ts";
import { target, textToImageTask } from "./support.ts";

const dialect = fal.operations.text_to_image;
if (dialect?.job === undefined) throw new Error("fal makes images by jobs");
const { job } = dialect;
const task = textToImageTask();
const schnell = target("fal-ai/flux/schnell");

describe("the path of a model", () => {
  it.each([
    ["fal-ai/flux/schnell", "/fal-ai/flux/schnell", "/fal-ai/flux"],
    ["fal-ai/esrgan", "/fal-ai/esrgan", "/fal-ai/esrgan"],
    ["bria/text-to-image/3.2", "/bria/text-to-image/3.2", "/bria/text-to-image"],
    ["workflows/acme/thing/v2", "/workflows/acme/thing/v2", "/workflows/acme/thing"],
    ["comfy/acme/thing", "/comfy/acme/thing", "/comfy/acme/thing"],
    ["12345-my-app", "/12345/my-app", "/12345/my-app"],
    ["flux", "/flux", "/flux"],
    ["fal-ai/../secrets", "/fal-ai/_/secrets", "/fal-ai/_"],
    ["fal-ai//flux", "/fal-ai/_/flux", "/fal-ai/_"],
    [
      "fal-ai/flux?fal_webhook=x",
      "/fal-ai/flux%3Ffal_webhook%3Dx",
      "/fal-ai/flux%3Ffal_webhook%3Dx",
    ],
    ["//evil.example/x", "/_/_/evil.example/x", "/_/_"],
  ])("%s is %s, and that of its jobs begins with %s", (upstreamModel, path, application) => {
    const where = target(upstreamModel);
    expect(dialect.request(task, where)).toMatchObject({ method: "POST", path });
    const queued: Job = { id: "r-1", waitMs: 500, state: { phase: "queued", waitedMs: 0 } };
    const completed: Job = { ...queued, state: { phase: "completed", erred: false } };
    const jobPath = `${application}/requests/r-1`;
    expect(job.poll(queued, where)).toEqual({
      method: "GET",
      path: `${jobPath}/status?logs=0`,
    });
    expect(job.poll(completed, where)).toMatchObject({ method: "GET", path: jobPath });
    expect(job.cancel?.(queued, where)).toEqual({ method: "PUT", path: `${jobPath}/cancel` });
  });
});

describe("the time of an attempt", () => {
  it.each([
    [120_000, "120"],
    [59_001, "60"],
    [900, "2"],
    [0, "2"],
  ])("of %i ms lets a job begin within %s seconds", (timeLeftMs, seconds) => {
    const { headers = {} } = dialect.request(task, { ...schnell, timeLeftMs });
    expect(headers["x-fal-request-timeout"]).toBe(seconds);
  });
});

describe("a job that waits", () => {
  it("is asked for often at first, and every two seconds after a minute", () => {
    let current = jobOf(submitted({ request_id: "r-1" }));
    const waits = [current.waitMs];
    for (let poll = 0; poll < 120; poll++) {
      current = jobOf(polled({ status: "IN_PROGRESS", logs: null }, current));
      waits.push(current.waitMs);
    }
    const since = (ms: number): number => waits.filter((wait) => wait === ms).length;
    expect([since(250), since(500), since(1000)]).toEqual([4, 28, 45]);
    expect(waits.at(-1)).toBe(2000);
  });

  it("tells its place in the queue", () => {
    const first = jobOf(submitted({ request_id: "r-1", queue_position: 3 }));
    expect(first.progress).toEqual({ kind: "progress", queuePosition: 3 });
    const second = jobOf(polled({ status: "IN_QUEUE", queue_position: 0 }, first));
    expect(second.progress).toEqual({ kind: "progress", queuePosition: 0 });
    expect(jobOf(polled({ status: "IN_QUEUE" }, second)).progress).toBeUndefined();
    expect(jobOf(polled({ status: "IN_PROGRESS" }, second)).progress).toBeUndefined();
  });

  it("is sure to be cancelled while it is in the queue, and not once it runs", () => {
    const accepted = reply({ status: "CANCELLATION_REQUESTED" });
    const queued = jobOf(polled({ status: "IN_QUEUE" }, queuedJob()));
    const running = jobOf(polled({ status: "IN_PROGRESS" }, queued));
    const completed = jobOf(polled({ status: "COMPLETED" }, running));
    const sure = [queuedJob(), queued, running, completed].map((one) =>
      job.cancelled?.(accepted, one),
    );
    expect(sure).toEqual([true, true, false, false]);
  });

  it("holds no address that an answer named", () => {
    const status_url = "https://evil.example/status";
    const held = jobOf(submitted({ request_id: "r-1", status_url, response_url: status_url }));
    expect(JSON.stringify(held)).not.toContain("evil");
  });

  it.each(["../x", "a/b", "a?b", "", "x".repeat(101), 7])(
    "is not followed by the id '%s', and may be billed",
    (request_id) => {
      expect(submitted({ request_id })).toMatchObject({
        kind: "failed",
        failure: { class: "server_fault", billed: true },
      });
    },
  );

  it("goes on in a status that nobody has heard of, and is asked for again without any", () => {
    const first = jobOf(submitted({ request_id: "r-1" }));
    expect(polled({ status: "A_STATUS_OF_TOMORROW" }, first).kind).toBe("job");
    expect(polled({}, first)).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", ofJob: false },
    });
  });
});

describe("a job that is completed", () => {
  const completed = jobOf(polled({ status: "COMPLETED" }, jobOf(submitted({ request_id: "r-1" }))));
  const image = { url: "https://v3.fal.media/files/a.png" };
  const content = { kind: "url", url: image.url };

  it("is asked for its result at once", () => {
    expect(completed.waitMs).toBe(0);
  });

  it.each<[JsonObject]>([
    [{ images: [image] }],
    [{ image }],
    [{ images: [{ ...image, width: null, content_type: null, file_name: null }] }],
    [{ images: [image], has_nsfw_concepts: null }],
    [{ images: [image, { url: null }, null, { url: "file:///etc/passwd" }] }],
  ])("has its image in %j", (output) => {
    expect(polled(output, completed)).toMatchObject({
      kind: "done",
      output: { images: [{ content }] },
      upstreamId: "r-1",
    });
  });

  it.each<[JsonObject]>([
    [{ images: [] }],
    [{ images: null, image: null }],
    [{ images: [{ url: "" }] }],
    [{ image: "https://v3.fal.media/files/a.png" }],
    [{}],
  ])("has failed with %j", (output) => {
    expect(polled(output, completed)).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", upstreamRequestId: "r-1" },
    });
  });

  it.each([
    ["0.0", false],
    ["1.0", true],
    ["", true],
  ])("without an image is billed, when it bills '%s' units: %s", (units, billed) => {
    const headers = { "x-fal-billable-units": units };
    const outcome = job.result({ ...reply({ images: [] }), headers }, completed, task, schnell);
    expect(outcome).toMatchObject({ failure: { class: "server_fault", billed, ofJob: true } });
  });

  it.each(["has_nsfw_concepts", "nsfw_content_detected"])("knows a black image by %s", (flag) => {
    const output = { images: [image, image], [flag]: [true, false] };
    const outcome = polled(output, completed);
    expect(outcome).toMatchObject({ kind: "done", shortfall: { class: "refused", billed: true } });
    if (outcome.kind === "done") expect(outcome.output).toMatchObject({ images: [{ content }] });
    expect(polled({ images: [image], [flag]: [true] }, completed)).toMatchObject({
      kind: "failed",
      failure: { class: "refused", billed: true, httpStatus: 200 },
    });
  });

  it.each([
    ["1.0", 1],
    ["2.57", 2.57],
    ["", undefined],
    ["many", undefined],
    ["1.0, 1.0", undefined],
  ])("tells the units of '%s' that were billed", (header, billedUnits) => {
    const headers = { "x-fal-billable-units": header };
    const outcome = job.result({ ...reply({ image }), headers }, completed, task, schnell);
    expect(outcome).toMatchObject({ kind: "done", usage: { billedUnits } });
  });

  it("tells of a prompt that the model has changed, and of no other", () => {
    const prompted = (prompt: string) => polled({ images: [image], prompt }, completed);
    expect(prompted("a boat at sea")).toMatchObject({
      output: { images: [{ revisedPrompt: "a boat at sea" }] },
    });
    expect(prompted("a boat")).toMatchObject({
      output: { images: [{ revisedPrompt: undefined }] },
    });
  });

  it("has failed when its status named an error, whatever its result says", () => {
    const erred = jobOf(
      polled({ status: "COMPLETED", error: "x", error_type: "new" }, queuedJob()),
    );
    expect(polled({ images: [image] }, erred)).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", upstreamRequestId: "r-1" },
    });
  });
});

describe("a base URL that answers directly", () => {
  it("gives the result in place of a job", () => {
    const image = { url: "https://v3.fal.media/files/a.png" };
    expect(submitted({ images: [image] })).toMatchObject({ kind: "done" });
    expect(submitted({ image })).toMatchObject({ kind: "done" });
    expect(submitted({ images: [] })).toMatchObject({ failure: { class: "server_fault" } });
  });
});

function queuedJob(): Job {
  return jobOf(submitted({ request_id: "r-1" }));
}

function reply(value: JsonObject) {
  return { status: 200, headers: {}, body: { kind: "json", value } } as const;
}

function submitted(body: JsonObject): Outcome {
  if (dialect === undefined) throw new Error("fal makes images");
  return dialect.result(reply(body), task, schnell);
}

function polled(body: JsonObject, current: Job): Outcome {
  return job.result(reply(body), current, task, schnell);
}

function jobOf(outcome: Outcome): Job {
  if (outcome.kind !== "job") throw new Error(`no job but ${outcome.kind}`);
  return outcome.job;
}
