import { create } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import {
  GenerateRequestSchema,
  StreamGenerateRequestSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import { callUnary, openStream } from "../rpc/support/grpc-client.ts";
import { type Act, type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { chatRequest, imageRequest } from "../support/requests.ts";
import { startGateway, type TestGateway } from "../support/start-gateway.ts";
import { chatStream, drip, error, json, silence } from "../support/upstream-acts.ts";
import { within } from "../support/within.ts";
import { byPath, endlessWords } from "./support/chaos-acts.ts";

/** A moment in the life of a request at which its caller can leave or its time be up. */
interface Stage {
  readonly name: string;
  readonly provider?: "replicate";
  readonly streamed?: boolean;
  readonly does: Act;
  /** The request to the provider, from 1, at which the moment has come. */
  readonly at: number;
  /** Whether nothing hangs at the provider then: the gateway waits by itself. */
  readonly idle?: boolean;
}

const job = { id: "boat1", output: null, error: null, metrics: {} };

/** Takes a job; what follows is said by path. */
function accepted(then: Readonly<Record<string, Act>>): Act {
  return byPath({
    "POST /v1/models/": json(201, { ...job, status: "starting" }),
    "POST /v1/predictions/boat1/cancel": json(200, { ...job, status: "canceled" }),
    ...then,
  });
}

const succeeded: Act = {
  play(visit) {
    const output = `http://${visit.request.headers.host}/v1/files/boat.png`;
    json(200, { ...job, status: "succeeded", output }).play(visit);
  },
};

const stages: readonly Stage[] = [
  { name: "before the provider answers", does: silence, at: 1 },
  {
    name: "while the provider's answer trickles in",
    does: drip({ data: [{ b64_json: "A".repeat(9000) }] }, 10),
    at: 1,
  },
  {
    name: "while a wait that the provider asked for runs",
    does: error(503, {}, { "retry-after": "2" }),
    at: 1,
    idle: true,
  },
  {
    name: "while a job is asked for",
    provider: "replicate",
    does: accepted({ "GET /v1/predictions/": silence }),
    at: 2,
  },
  {
    name: "while the image is fetched",
    provider: "replicate",
    does: accepted({ "GET /v1/predictions/": succeeded, "GET /v1/files/": silence }),
    at: 3,
  },
  { name: "before a stream's first word", streamed: true, does: chatStream([], "never"), at: 1 },
  { name: "in the middle of a stream", streamed: true, does: endlessWords(10), at: 1 },
];

describe("a caller that disappears", () => {
  it.each(stages)("$name takes the provider's call along and blames nobody", async (stage) => {
    const { gateway, provider } = await start(stage);
    const call = begin(gateway, stage, undefined);
    const asked = await provider.arrived(stage.at);
    if (stage.idle) await gateway.logged("attempt failed");
    call.leave();
    if (!stage.idle) await asked.closed;
    expect(await gateway.logged("call ended")).toMatchObject({ code: "CANCELLED" });
    expect(blame(gateway, stage)).toEqual([]);
    expect(submissions(provider)).toBe(1);
  });
});

describe("a deadline that passes", () => {
  it.each(stages)("$name is told as that in time, and blames nobody", async (stage) => {
    const { gateway, provider } = await start(stage);
    const { ended } = begin(gateway, stage, 700);
    const asked = await provider.arrived(stage.at);
    // A wait that does not fit into the time left is not begun.
    expect(await ended).toBe(stage.idle ? "UNAVAILABLE" : "DEADLINE_EXCEEDED");
    if (!stage.idle) await asked.closed;
    await gateway.logged("call ended");
    expect(blame(gateway, stage)).toEqual([]);
    expect(submissions(provider)).toBe(1);
  });
});

/** Begins a call; `ended` is the name of its code. */
function begin(gateway: TestGateway, { streamed }: Stage, deadlineMs: number | undefined) {
  const options = deadlineMs === undefined ? {} : within(deadlineMs);
  if (!streamed) {
    const request = create(GenerateRequestSchema, imageRequest("boat"));
    const call = callUnary(gateway.grpc, GatewayService.method.generate, request, options);
    return {
      leave: () => call.cancel(),
      ended: call.then((end) => ("error" in end ? nameOf(end.error.code) : "OK")),
    };
  }
  const request = create(StreamGenerateRequestSchema, { generate: chatRequest("boat") });
  const method = GatewayService.method.streamGenerate;
  const stream = openStream(gateway.grpc, method, request, options);
  stream.resume();
  return {
    leave: () => stream.cancel(),
    ended: new Promise<string>((resolve) => {
      stream.once("error", (problem: { readonly code?: number }) => resolve(nameOf(problem.code)));
      stream.once("end", () => resolve("OK"));
    }),
  };
}

function nameOf(code: number | undefined): string {
  return code === undefined ? "none" : (status[code] ?? String(code));
}

/** The classes of failures in the log for which a provider would have to answer. */
function blame({ log }: TestGateway, { idle }: Stage): unknown[] {
  const ours = ["cancelled", "deadline", ...(idle ? ["overloaded"] : [])];
  return log
    .filter(({ msg }) => msg === "attempt failed")
    .map((line) => line["class"])
    .filter((kind) => !ours.includes(String(kind)));
}

/** How often work was handed in. */
function submissions({ requests }: FakeUpstream): number {
  return requests.filter(({ method, path }) => method === "POST" && !path.endsWith("/cancel"))
    .length;
}

/** One provider that alone has the model. */
async function start({ does, provider: type }: Stage) {
  const provider = await startFakeUpstream(does);
  const boats =
    type === "replicate"
      ? `replicate: { keys: [any], base_url: "${provider.url}", allow_private_network: true }`
      : `boats: { type: openai-compatible, base_url: "${provider.url}" }`;
  const target =
    type === "replicate"
      ? "{ provider: replicate, model: black-forest-labs/flux-schnell }"
      : "{ provider: boats }";
  const gateway = await startGateway(`
providers:
  ${boats}
routes:
  - models: [boat]
    targets: [${target}]
`);
  return { gateway, provider };
}
