import { describe, expect, it } from "vitest";
import { noCost } from "../../src/domain/cost.ts";
import type { ImageBytes, ImageEditTask, ImageInput, Task } from "../../src/domain/task.ts";
import { mayHaveBought } from "../../src/idempotency/may-have-bought.ts";
import type { JobDialect, UploadDialect } from "../../src/providers/provider.ts";
import type { Candidate } from "../../src/router/plan.ts";
import type { Step } from "../support/scripted-transport.ts";
import { jobsOfOurs, openBook } from "./job-world.ts";
import {
  attemptsOf,
  begin,
  breaks,
  candidate,
  endpoint,
  execute,
  failed,
  fails,
  gives,
  job,
  jobDialect,
} from "./world.ts";

describe("the large images of a task", () => {
  it("are handed over at the same time, and the call has their addresses in order", async () => {
    const { transport, result } = await execute({
      task,
      candidates: [uploader("a")],
      script: {
        steps: { "a/files": [keeps("1", 900), keeps("2", 500), keeps("3")], a: [gives(1)] },
      },
    });
    expect(result.kind).toBe("generated");
    expect(transport.exchanges.map(({ path, at }) => [path, at])).toEqual([
      ["/files", 0],
      ["/files", 0],
      ["/files", 0],
      ["/submit", 900],
    ]);
    expect(transport.exchanges[3]?.exchange.call.body).toMatchObject({
      value: {
        images: ["https://a.test/1", "https://cats.example/small.png", "https://a.test/2"],
        mask: "https://a.test/3",
        timeLeftMs: 59_100,
      },
    });
  });

  it("go over with the key of the call, and are told apart from it", async () => {
    const { transport, observed } = await execute({
      candidates: [uploader("a", { task: oneImage })],
      script: { steps: { "a/files": [keeps("1")], a: [gives(1)] } },
    });
    const keys = transport.exchanges.map(({ exchange }) => exchange.key?.reveal());
    expect(keys).toEqual(["a-key", "a-key"]);
    expect(observed).toMatchObject([
      { purpose: "upload", url: "https://a.test/v1/files" },
      { purpose: "submit" },
    ]);
  });

  it("go over once for all the calls of an attempt", async () => {
    const [image] = oneImage.images as readonly [ImageBytes];
    const twice = { ...oneImage, images: [image, image], options: { count: 3 } };
    const { transport, result } = await execute({
      task: twice,
      candidates: [uploader("a", { task: twice, maxCountPerCall: 1 })],
      script: { steps: { "a/files": [keeps("1", 300)], a: [gives(1)] } },
    });
    expect(result).toMatchObject({ generated: { output: { images: [{}, {}, {}] } } });
    expect(transport.exchanges.map(({ path }) => path)).toEqual([
      "/files",
      "/submit",
      "/submit",
      "/submit",
    ]);
    for (const { exchange } of transport.exchanges.slice(1)) {
      const images = ["https://a.test/1", "https://a.test/1"];
      expect(exchange.call.body).toMatchObject({ value: { images } });
    }
  });

  it("go over before the call is entered in the book of jobs", async () => {
    const book = openBook();
    const { transport } = await execute({
      task,
      jobs: book,
      candidates: [
        uploader("a", {
          job: jobsOfOurs,
        }),
      ],
      script: { steps: { "a/files": [fails("credential")], a: [gives(1)] } },
    });
    expect(transport.exchanges.map(({ path }) => path)).not.toContain("/submit");
    expect(book.story).toEqual([]);
  });
});

describe("an image that is not handed over", () => {
  it.each<[string, Step, string]>([
    ["is refused", fails("credential", { httpStatus: 401 }), "credential"],
    ["gets an answer that is none", { kind: "text", status: 200, text: "<html>" }, "server_fault"],
    ["gets an answer without an address", addressless, "server_fault"],
    ["gets no answer", breaks("ambiguous", "ambiguous"), "server_fault"],
    ["does not reach the provider", breaks("never_sent", "not_sent"), "never_sent"],
    ["takes too long", { kind: "hang", delivery: "ambiguous" }, "timeout"],
  ])(
    "since it %s leaves the way to the next target open, though nothing may be bought twice",
    async (_name, step, name) => {
      const { result, transport } = await execute({
        task,
        routing: { duplicateSpend: "forbid" },
        candidates: [uploader("a"), uploader("b")],
        script: { steps: { "a/files": [step], "b/files": [keeps("1")], b: [gives(1)] } },
      });
      const attempts = attemptsOf(result);
      expect(attempts.at(-1)).toMatchObject({ provider: "b", outcome: "succeeded" });
      expect(attempts[0]).toMatchObject({
        provider: "a",
        outcome: "failed",
        failure: name,
        delivery: "not_sent",
        cost: noCost,
        message: expect.stringMatching(/^An input image was not handed over\. /),
      });
      expect(mayHaveBought(attempts.slice(0, -1))).toBe(false);
      expect(transport.exchanges.map(({ slug, path }) => slug + path)).not.toContain("a/submit");
    },
  );

  it("is handed over again where that may help", async () => {
    const { result, transport } = await execute({
      candidates: [uploader("a", { task: oneImage })],
      script: { steps: { "a/files": [fails("server_fault"), keeps("1")], a: [gives(1)] } },
    });
    expect(attemptsOf(result)).toMatchObject([
      { outcome: "failed", delivery: "not_sent" },
      { outcome: "succeeded", reason: "retry" },
    ]);
    expect(transport.exchanges.map(({ path }) => path)).toEqual(["/files", "/files", "/submit"]);
  });

  it("fails as the dialect of uploads reads the answer, where that reads it otherwise", async () => {
    const { result } = await execute({
      task,
      candidates: [uploader("a", { failure: () => failed("unsupported_here").failure })],
      script: { steps: { "a/files": [fails("model_gone")] } },
    });
    expect(attemptsOf(result)).toMatchObject([{ failure: "unsupported_here" }]);
  });

  it("ends with the caller who leaves, and so does the work", async () => {
    const world = begin({
      task,
      candidates: [uploader("a"), uploader("b")],
      script: { steps: { "a/files": [{ kind: "hang", delivery: "ambiguous" }] } },
    });
    await world.clock.advance(100);
    world.caller.abort();
    const result = await world.end();
    expect(result).toMatchObject({ at: 100, error: { reason: "CANCELLED" } });
    expect(attemptsOf(result)).toMatchObject([{ delivery: "not_sent", cost: noCost }]);
  });

  it("is of no matter to a job that is followed already", async () => {
    const { result } = await execute({
      task,
      candidates: [uploader("a", { job: jobDialect })],
      script: { steps: { "a/files": [keeps("1")], a: [job()], "a/poll": [gives(1)] } },
    });
    expect(attemptsOf(result)).toMatchObject([{ outcome: "succeeded", delivery: "sent" }]);
  });
});

const task: ImageEditTask = {
  operation: "image_edit",
  prompt: "bluer",
  images: [
    large(1),
    { kind: "url", url: "https://cats.example/small.png", mimeType: "" },
    large(2),
  ],
  mask: large(3),
  maskPolarity: "white_is_edited",
  options: { count: 1 },
};

const oneImage: ImageEditTask = { ...task, images: [large(1)], mask: undefined };

function large(fill: number): ImageBytes {
  return { kind: "bytes", bytes: new Uint8Array(8).fill(fill), mimeType: "image/png" };
}

/** Takes every image that is bytes as a file of its own. */
const uploads: UploadDialect<ImageEditTask> = {
  images: ({ images, mask }) =>
    [...images, ...(mask === undefined ? [] : [mask])].filter((image) => image.kind === "bytes"),
  request: ({ bytes }) => ({
    method: "POST",
    path: "/files",
    body: { kind: "json", value: { bytes } },
  }),
  result: ({ body }) =>
    body.kind === "json"
      ? (body.value as unknown as ReturnType<typeof uploads.result>)
      : failed("server_fault"),
};

function keeps(name: string, ms = 0): Step {
  return {
    kind: "reply",
    status: 201,
    json: { kind: "uploaded", url: `https://a.test/${name}` },
    ms,
  };
}

const addressless: Step = { kind: "reply", status: 201, json: failed("server_fault") };

/** A target that edits, takes images ahead of its call, and says what the call has. */
function uploader(
  slug: string,
  over: {
    readonly maxCountPerCall?: number;
    readonly task?: ImageEditTask;
    readonly job?: JobDialect<Task>;
    readonly failure?: UploadDialect<Task>["failure"];
  } = {},
): Candidate {
  const made = candidate(slug, {
    task: over.task ?? task,
    maxCountPerCall: over.maxCountPerCall ?? 10,
  });
  const at = endpoint(slug, {
    uploads: { ...uploads, failure: over.failure } as unknown as UploadDialect<Task>,
    job: over.job,
    request: (asked, target) => ({
      method: "POST",
      path: "/submit",
      body: {
        kind: "json",
        value:
          asked.operation === "image_edit"
            ? {
                images: asked.images.map(addressOf),
                mask: asked.mask && addressOf(asked.mask),
                timeLeftMs: target.timeLeftMs,
              }
            : {},
      },
    }),
  });
  const { text_to_image: dialect } = at.provider.operations;
  const operations = { image_edit: dialect } as unknown as typeof at.provider.operations;
  return { ...made, endpoint: { ...at, provider: { ...at.provider, operations } } };
}

function addressOf(image: ImageInput): string {
  return image.kind === "url" ? image.url : "bytes";
}
