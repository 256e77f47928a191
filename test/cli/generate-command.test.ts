import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { BadRequestSchema, ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import {
  AttemptOutcome,
  AttemptReason,
  AttemptReportSchema,
  type AttemptSchema,
  FailureClass,
} from "../../gen/spillway/v1/attempt_pb.ts";
import { CostBasis } from "../../gen/spillway/v1/cost_pb.ts";
import {
  AdjustmentKind,
  type GenerateRequest,
  type StreamGenerateResponseSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import { Delivery, ImageFormat } from "../../gen/spillway/v1/image_pb.ts";
import { Operation } from "../../gen/spillway/v1/provider_pb.ts";
import { type FakeGateway, run } from "./command-world.ts";

type Event = NonNullable<MessageInitShape<typeof StreamGenerateResponseSchema>["event"]>;
type AttemptInit = MessageInitShape<typeof AttemptSchema>;

const failed: AttemptInit = {
  number: 1,
  provider: "gemini",
  upstreamModel: "gemini-3-pro-image",
  reason: AttemptReason.FIRST,
  outcome: AttemptOutcome.FAILED,
  duration: durationFromMs(412),
  failure: FailureClass.OVERLOADED,
  httpStatus: 503,
  message: "The provider is overloaded.",
};
const succeeded: AttemptInit = {
  number: 2,
  provider: "openai",
  upstreamModel: "gpt-image-2",
  reason: AttemptReason.FAILOVER,
  outcome: AttemptOutcome.SUCCEEDED,
  duration: durationFromMs(1620),
  cost: { micros: 40_000n, basis: CostBasis.PRICED },
};
const boat = new Uint8Array([1, 2, 3]);
const image = {
  content: { case: "data" as const, value: boat },
  mimeType: "image/png",
  width: 1024,
  height: 768,
  provider: "openai",
};
const completed: Event = {
  case: "completed",
  value: {
    model: "gemini-3-pro-image",
    provider: "openai",
    upstreamModel: "gpt-image-2",
    output: { case: "images", value: { images: [image, image] } },
    attempts: [failed, succeeded],
    cost: { micros: 40_000n, basis: CostBasis.PRICED },
    timing: { total: durationFromMs(2050) },
    adjustments: [
      {
        field: "options.size",
        requested: "1000x750",
        applied: "1024x768",
        kind: AdjustmentKind.CONVERTED,
        provider: "openai",
        reason: "It makes listed sizes only.",
      },
    ],
    sandbox: true,
  },
};
const failover: readonly Event[] = [
  { case: "attemptStarted", value: { ...failed, outcome: 0, duration: undefined } as AttemptInit },
  { case: "attemptFinished", value: failed },
  { case: "attemptStarted", value: { ...succeeded, outcome: 0 } },
  { case: "progress", value: { fraction: 0.5 } },
  { case: "progress", value: { fraction: 0.5 } },
  { case: "image", value: { index: 1, image } },
  { case: "attemptFinished", value: succeeded },
  completed,
];

/** A gateway that answers with these events, and keeps what it was asked. */
function gateway(events: readonly Event[], end?: ConnectError) {
  const requests: GenerateRequest[] = [];
  const fake: FakeGateway = {
    getModel: ({ id }) => {
      if (id === "talker") return { model: { id, operations: [Operation.CHAT] } };
      if (id === "gemini-3-pro-image") {
        return { model: { id, operations: [Operation.TEXT_TO_IMAGE, Operation.CHAT] } };
      }
      throw new ConnectError("no such model", Code.NotFound);
    },
    async *streamGenerate({ generate }) {
      if (generate !== undefined) requests.push(generate);
      for (const event of events) yield { event };
      if (end !== undefined) throw end;
    },
  };
  return { fake, requests };
}

const words = ["generate", "gemini-3-pro-image", "A paper boat!"];

describe("spillway generate", () => {
  it("shows each attempt as it happens and saves the images", async () => {
    const ran = await run(words, { gateway: gateway(failover).fake });
    expect(ran.code).toBe(0);
    expect(ran.output).toBe("a-paper-boat-1.png\na-paper-boat-2.png\n");
    expect(ran.errors.split("\n")).toEqual([
      "#1 gemini gemini-3-pro-image: trying",
      "#1 gemini gemini-3-pro-image: failed after 412 ms, OVERLOADED, HTTP 503. The provider is overloaded.",
      "#2 openai gpt-image-2: trying (failover)",
      "#2 openai gpt-image-2: trying (failover), 50 %",
      "1024x768 image/png, 3 B, by openai",
      "#2 openai gpt-image-2: succeeded after 1.62 s, cost $0.0400",
      "1024x768 image/png, 3 B, by openai",
      "openai: options.size 1000x750 became 1024x768. It makes listed sizes only.",
      "openai gpt-image-2, 2 attempts, 2.05 s, cost $0.0400, SANDBOX: not real",
      "",
    ]);
    expect([...ran.written.values()]).toEqual([boat, boat]);
    expect(ran.servers).toEqual(["http://127.0.0.1:8080"]);
  });

  it("never overwrites a file", async () => {
    const files = { "out/a-paper-boat-1.png": "", "out/a-paper-boat-2.png": "" };
    const ran = await run([...words, "--out", "out"], { gateway: gateway(failover).fake, files });
    expect(ran.output).toBe("out/a-paper-boat-3.png\nout/a-paper-boat-4.png\n");
  });

  it("writes one line over for a person", async () => {
    const ran = await run(words, { gateway: gateway(failover).fake, isTty: true });
    expect(ran.errors).toContain(
      "\r\u001b[K#2 openai gpt-image-2: trying (failover), 50 %\r\u001b[K",
    );
  });

  it("asks for what the options say", async () => {
    const { fake, requests } = gateway(failover);
    const options = ["--count", "2", "--size", "1000x750", "--format", "webp"];
    const sandbox = { ...fake, listProviders: () => ({ providers: [{ sandbox: true }] }) };
    await run([...words, ...options, "--fault", "gemini=http-503"], { gateway: sandbox });
    expect(requests[0]).toMatchObject({
      model: "gemini-3-pro-image",
      labels: { "sandbox.fault": "gemini=http-503" },
      task: {
        case: "textToImage",
        value: {
          prompt: "A paper boat!",
          options: {
            count: 2,
            size: { case: "pixels", value: { width: 1000, height: 750 } },
            format: ImageFormat.WEBP,
            delivery: Delivery.BYTES,
          },
        },
      },
    });
  });

  it("orders no fault of a gateway whose providers are real, and sends it nothing", async () => {
    const { fake, requests } = gateway(failover);
    const real = { ...fake, listProviders: () => ({ providers: [{ slug: "openai" }] }) };
    const ran = await run([...words, "--fault", "gemini=http-503"], { gateway: real });
    expect(ran.code).toBe(1);
    expect(ran.errors).toMatch(/^error: --fault is for a gateway in sandbox mode/);
    expect(requests).toEqual([]);
  });

  it("makes images with a model that does not chat, whatever it does with them", async () => {
    const { fake, requests } = gateway(failover);
    const upscaler = {
      ...fake,
      getModel: () => ({ model: { operations: [Operation.IMAGE_UPSCALE] } }),
    };
    await run(words, { gateway: upscaler });
    expect(requests[0]?.task.case).toBe("textToImage");
  });

  it.each([
    [["--aspect-ratio", "16:9", "--size", "1x1"]],
    [["--count", "11"]],
    [["--size", "big"]],
    [["--format", "bmp"]],
    [["--colour", "red"]],
  ])("refuses %j without asking anyone", async (options) => {
    const ran = await run([...words, ...options]);
    expect(ran.code).toBe(2);
    expect(ran.errors).toMatch(/^error: /);
    expect(ran.servers).toEqual([]);
  });

  it.each([
    ["talker", "chat"],
    ["openrouter/talker", "chat"],
    ["gemini-3-pro-image", "textToImage"],
    ["unheard-of", "textToImage"],
  ])("guesses by the catalogue what %s is for: %s", async (model, task) => {
    const { fake, requests } = gateway([completed]);
    await run(["generate", model, "hello"], { gateway: fake });
    expect(requests[0]?.task.case).toBe(task);
  });

  it("prints text as it comes, once, and nothing that could move the cursor", async () => {
    const chat: Event = {
      case: "completed",
      value: { provider: "openrouter", output: { case: "chat", value: { text: "Hello there" } } },
    };
    const deltas: readonly Event[] = [
      { case: "textDelta", value: { text: "thinking", reasoning: true } },
      { case: "textDelta", value: { text: "Hello\u001b[2J" } },
      { case: "textDelta", value: { text: " there" } },
      { case: "attemptFinished", value: succeeded },
      chat,
    ];
    const streamed = await run(["generate", "talker", "hi"], { gateway: gateway(deltas).fake });
    expect(streamed.output).toBe("Hello[2J there\n");
    const whole = await run(["generate", "talker", "hi"], { gateway: gateway([chat]).fake });
    expect(whole.output).toBe("Hello there\n");
  });

  it("prints JSON with files in place of the images", async () => {
    const ran = await run([...words, "--json"], { gateway: gateway(failover).fake });
    const { response, files } = JSON.parse(ran.output);
    expect(files).toEqual(["a-paper-boat-2.png", "a-paper-boat-1.png"]);
    expect(response.provider).toBe("openai");
    expect(response.images.images[0]).toEqual({
      mimeType: "image/png",
      width: 1024,
      height: 768,
      provider: "openai",
    });
  });

  it("explains a failure: the reason, every attempt, what to do", async () => {
    const error = new ConnectError("Every provider failed.", Code.Unavailable, undefined, [
      {
        desc: ErrorInfoSchema,
        value: { reason: "ALL_PROVIDERS_EXHAUSTED", domain: "spillway.dev" },
      },
      { desc: AttemptReportSchema, value: { attempts: [failed] } },
    ]);
    const ran = await run(words, { gateway: gateway(failover.slice(0, 2), error).fake });
    expect(ran.code).toBe(1);
    expect(ran.output).toBe("");
    expect(ran.errors.split("\n").slice(2)).toEqual([
      "error: Every provider failed. (ALL_PROVIDERS_EXHAUSTED)",
      "#  provider  model               outcome    time  why",
      "1  gemini    gemini-3-pro-image  failed   412 ms  OVERLOADED, HTTP 503: The provider is overloaded.",
      "what to do: try again later, or add targets to the rule",
      "",
    ]);
  });

  it("names the fields that are wrong", async () => {
    const error = new ConnectError("The request is not valid.", Code.InvalidArgument, undefined, [
      { desc: ErrorInfoSchema, value: { reason: "INVALID_REQUEST", domain: "spillway.dev" } },
      {
        desc: BadRequestSchema,
        value: { fieldViolations: [{ field: "model", description: "is too long" }] },
      },
    ]);
    const ran = await run(words, { gateway: gateway([], error).fake });
    expect(ran.errors).toContain("\n  model: is too long\n");
  });

  it("keeps the images that came before a failure", async () => {
    const error = new ConnectError("broken", Code.Internal);
    const ran = await run(words, { gateway: gateway(failover.slice(0, 6), error).fake });
    expect(ran.code).toBe(1);
    expect([...ran.written.keys()]).toEqual(["a-paper-boat-1.png"]);
  });

  it("says so when no gateway answers", async () => {
    const error = new ConnectError("connect ECONNREFUSED", Code.Unavailable);
    const ran = await run(words, { gateway: gateway([], error).fake });
    expect(ran.errors).toBe(
      "error: no gateway answers at http://127.0.0.1:8080\nwhat to do: start one with `npm start`, or name another one with --server\n",
    );
  });

  it("does not take a stream without its last message for a success", async () => {
    const ran = await run(words, { gateway: gateway(failover.slice(0, 4)).fake });
    expect(ran.code).toBe(1);
    expect(ran.errors).toContain("error: the stream ended without its last message");
  });

  it("ends with 130 when it is interrupted", async () => {
    const ran = await run(words, { gateway: gateway(failover).fake, signal: AbortSignal.abort() });
    expect(ran.code).toBe(130);
    expect(ran.errors).toBe("cancelled\n");
  });
});
