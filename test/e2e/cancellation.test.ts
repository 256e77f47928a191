import { createConnection } from "node:net";
import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import {
  GenerateRequestSchema,
  StreamGenerateRequestSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { callUnary, grpcClient, openStream } from "../rpc/support/grpc-client.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { type Act, type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson, rawGrpc } from "../support/raw-calls.ts";
import { chatRequest, imageRequest } from "../support/requests.ts";
import { startGateway, type TestGateway } from "../support/start-gateway.ts";
import { chatStream, images, json, silence } from "../support/upstream-acts.ts";
import { wakingClock } from "../support/waking-clock.ts";
import { within } from "../support/within.ts";

/** So long may an attempt take that what ends before the test's own limit was ended by its caller. */
const never = "1h";

const request = create(GenerateRequestSchema, imageRequest("boat"));
const method = GatewayService.method.generate;
const path = `/${GatewayService.typeName}/Generate`;

/** Every way to make a call and to leave it. Each begins the call and returns the way to leave. */
const callers: readonly {
  readonly name: string;
  readonly call: (gateway: TestGateway) => () => void;
}[] = [
  {
    name: "a cancelled gRPC call",
    call: ({ grpc }) => callUnary(grpc, method, request).cancel,
  },
  {
    name: "a cancelled gRPC call to the listener for everyone",
    call: ({ url }) => callUnary(grpcClient(url), method, request).cancel,
  },
  {
    name: "a gRPC client that closes its connection",
    call: ({ grpcUrl }) => {
      const call = rawGrpc(grpcUrl, path, toBinary(GenerateRequestSchema, request));
      return () => call.leave();
    },
  },
  {
    name: "an aborted Connect call",
    call: ({ connect }) => {
      const controller = new AbortController();
      connect.generate(request, { signal: controller.signal }).catch(() => {});
      return () => controller.abort();
    },
  },
  {
    name: "a closed HTTP/1.1 connection",
    call: ({ addresses }) => {
      const { hostname, port } = new URL(`http://${addresses.listen}`);
      const body = toJsonString(GenerateRequestSchema, request);
      const socket = createConnection(Number(port), hostname);
      socket.on("error", () => {});
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      return () => socket.destroy();
    },
  },
];

describe("when the caller leaves", () => {
  it.each(callers)("the provider's connection closes at once: $name", async ({ call }) => {
    const { gateway, first, second } = await start(silence);
    const leave = call(gateway);
    const asked = await first.arrived(1);
    leave();
    await asked.closed;
    expect(second.connections).toBe(0);
    await gateway.logged("call ended");
    expect(gateway.log).toContainEqual(
      expect.objectContaining({ msg: "attempt failed", outcome: "cancelled", class: "cancelled" }),
    );
    expect(gateway.log).toContainEqual(
      expect.objectContaining({ msg: "call ended", code: "CANCELLED" }),
    );
  });

  it("nobody is asked again after the wait that was under way", async () => {
    // The wait ends with its caller, or never.
    const clock: Clock = {
      ...wakingClock,
      sleep: (_, signal) => wakingClock.sleep(Number.POSITIVE_INFINITY, signal),
    };
    const { gateway, first, second } = await start(json(500, {}), { clock });
    const call = callUnary(gateway.grpc, method, request);
    await gateway.logged("attempt failed");
    call.cancel();
    expect(await gateway.logged("call ended")).toMatchObject({ code: "CANCELLED" });
    expect([first.requests.length, second.connections]).toEqual([1, 0]);
  });

  it("a provider's stream closes in the middle", async () => {
    const { gateway, first, second } = await start(chatStream(["Ah", "o"], "never"));
    const stream = openStream(
      gateway.grpc,
      GatewayService.method.streamGenerate,
      create(StreamGenerateRequestSchema, { generate: chatRequest("boat") }),
    );
    stream.on("error", () => {});
    await new Promise<void>((resolve) => {
      stream.on("data", ({ event }) => event.case === "textDelta" && resolve());
    });
    const asked = await first.arrived(1);
    stream.cancel();
    await asked.closed;
    expect(second.connections).toBe(0);
  });

  it("a provider's stream closes in the middle, over Connect as well", async () => {
    const { gateway, first } = await start(chatStream(["Ah", "o"], "never"));
    const controller = new AbortController();
    const stream = gateway.connect.streamGenerate(
      { generate: chatRequest("boat") },
      { signal: controller.signal },
    );
    const heard = (async () => {
      for await (const { event } of stream) {
        if (event.case === "textDelta") controller.abort();
      }
    })();
    await expect(heard).rejects.toMatchObject({ code: Code.Canceled });
    const asked = await first.arrived(1);
    await asked.closed;
  });

  it("a job that the provider has accepted is cancelled", async () => {
    const { gateway, replicate } = await startWithJobs(never, json(200, prediction("canceled")));
    const call = callUnary(gateway.grpc, method, request);
    const poll = await replicate.arrived(2);
    call.cancel();
    const cancel = await replicate.arrived(3);
    await poll.closed;
    expect(told(replicate)).toEqual([
      "POST /v1/models/black-forest-labs/flux-schnell/predictions",
      "GET /v1/predictions/boat1",
      "POST /v1/predictions/boat1/cancel",
    ]);
    expect(cancel.headers.authorization).toBe("Bearer key-of-replicate");
  });
});

describe("when an attempt's time is up", () => {
  it("a job is cancelled before the next provider is asked", async () => {
    const { gateway, replicate } = await startWithJobs("700ms", json(200, prediction("canceled")));
    const { attempts } = await gateway.generate(imageRequest("boat"));
    expect(attemptLines(attempts)).toEqual([
      "FIRST replicate FAILED TIMEOUT SENT 201",
      "FAILOVER second SUCCEEDED",
    ]);
    expect(told(replicate).at(-1)).toBe("POST /v1/predictions/boat1/cancel");
  });

  it("a job whose cancelling is not confirmed stays ambiguous", async () => {
    const { gateway } = await startWithJobs("700ms", json(500, { detail: "sorry" }));
    const { attempts } = await gateway.generate(imageRequest("boat"));
    expect(attemptLines(attempts)).toEqual([
      "FIRST replicate FAILED TIMEOUT AMBIGUOUS 201",
      "FAILOVER second SUCCEEDED",
    ]);
  });
});

describe("a caller's deadline of one second", () => {
  it("is kept in every protocol, and takes the provider's call with it", async () => {
    const { gateway, first, second } = await start(silence);
    const bytes = toBinary(GenerateRequestSchema, request);
    const ended = await Promise.all([
      rawGrpc(gateway.grpcUrl, path, bytes, { "grpc-timeout": "1S" }).ended,
      rawGrpc(gateway.url, path, bytes, { "grpc-timeout": "1000m" }).ended,
      postJson(gateway.url, "Generate", jsonRequest, { "connect-timeout-ms": "1000" }),
    ]);
    const [grpc, grpcHere, connect] = ended;
    for (const { elapsedMs } of ended) expect(elapsedMs).toBeGreaterThan(950);
    expect([grpc.status, grpcHere.status]).toEqual([4, 4]);
    expect(connect.status).toBe(504);
    expect(connect.json).toMatchObject({
      code: "deadline_exceeded",
      details: [{ type: "google.rpc.ErrorInfo", debug: { reason: "DEADLINE" } }, {}],
    });
    const closed = await Promise.all(first.requests.map((asked) => asked.closed));
    expect(closed).toHaveLength(3);
    expect(second.connections).toBe(0);
  });

  it("leaves no time for a wait that is longer", async () => {
    const { gateway } = await start(json(503, {}, { "retry-after": "3" }));
    const ended = await gateway.failure(
      imageRequest("boat", { routing: { exclude: ["second"] } }),
      within(1000),
    );
    expect([ended.code, ...ended.reasons]).toEqual(["UNAVAILABLE", "ALL_PROVIDERS_EXHAUSTED"]);
    expect(ended.retryAfterMs).toBe(3000);
  });
});

const jsonRequest = JSON.parse(toJsonString(GenerateRequestSchema, request)) as object;

/** Two providers of the model "boat", the second only after the first. */
async function start(firstDoes: Act, options: { readonly clock?: Clock } = {}) {
  const first = await startFakeUpstream(firstDoes);
  const second = await startFakeUpstream(images(20));
  const gateway = await startGateway(
    `
providers:
  first: { type: openai-compatible, base_url: "${first.url}", timeout: ${never} }
  second: { type: openai-compatible, base_url: "${second.url}" }
routes:
  - models: ["boat"]
    targets: [{ provider: first }, { provider: second, priority: 1 }]
`,
    options,
  );
  return { first, second, gateway };
}

/** Replicate, which takes the job and then stays silent about it, and another provider after it. */
async function startWithJobs(timeout: string, cancelled: Act) {
  const replicate = await startFakeUpstream(json(201, prediction("starting")), silence, cancelled);
  const second = await startFakeUpstream(images(20));
  const gateway = await startGateway(`
providers:
  replicate: { keys: [key-of-replicate], base_url: "${replicate.url}", timeout: ${timeout} }
  second: { type: openai-compatible, base_url: "${second.url}" }
routes:
  - models: ["boat"]
    targets:
      - { provider: replicate, model: black-forest-labs/flux-schnell }
      - { provider: second, priority: 1 }
`);
  return { gateway, replicate, second };
}

function prediction(status: string): object {
  return { id: "boat1", status, output: null, error: null, metrics: {} };
}

function told({ requests }: FakeUpstream): string[] {
  return requests.map(({ method: verb, path }) => `${verb} ${path}`);
}
