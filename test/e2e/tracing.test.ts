import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import {
  type OtlpSpan,
  startGrpcCollector,
  startHttpCollector,
} from "../support/otlp-collector.ts";
import { postJson } from "../support/raw-calls.ts";
import { secretPrompt } from "../support/requests.ts";
import { spawnSpillway } from "../support/spawn-spillway.ts";
import { error, images, providersWords } from "../support/upstream-acts.ts";

const callersTrace = "0af7651916cd43dd8448eb211c80319c";
const callersSpan = "b7ad6b7169203331";
const secrets = [secretPrompt, providersWords, "key-of-a", "key-of-b", "key-of-c", "iVBOR"];

it("one trace tells a request that failed over twice, in OTLP over HTTP", async () => {
  const collector = await startHttpCollector();
  const { upstreams, spillway, url, adminUrl } = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_METRIC_EXPORT_INTERVAL: "100",
  });
  await ask(url);
  const spans = await collector.collected(7);

  const [rpc, ...others] = spans.filter(({ kind }) => kind === 2);
  expect(others).toEqual([]);
  expect(spans.map(({ traceId }) => traceId)).toEqual(new Array(7).fill(callersTrace));
  expect(rpc).toMatchObject({
    name: "spillway.v1.GatewayService/Generate",
    parentSpanId: callersSpan,
  });
  expect(rpc?.status.code ?? 0).toBe(0);
  expect(attributesOf(rpc)).toMatchObject({
    "rpc.status_code": "OK",
    "spillway.request.id": "order-4711",
    "spillway.request.model": "boat",
    "spillway.provider": "c",
  });

  const attempts = inOrder(childrenOf(rpc, spans));
  expect(attempts.map(({ status }) => status.code ?? 0)).toEqual([2, 2, 0]);
  expect(attempts.map((span) => attributesOf(span))).toMatchObject([
    {
      "spillway.provider": "a",
      "spillway.attempt.number": 1,
      "spillway.attempt.reason": "first",
      "spillway.failure.class": "overloaded",
      "http.response.status_code": 503,
    },
    {
      "spillway.provider": "b",
      "spillway.attempt.number": 2,
      "spillway.attempt.reason": "failover",
      "spillway.failure.class": "credential",
      "http.response.status_code": 401,
    },
    {
      "spillway.provider": "c",
      "spillway.attempt.number": 3,
      "spillway.attempt.reason": "failover",
      "spillway.attempt.outcome": "succeeded",
    },
  ]);
  for (const [index, attempt] of attempts.entries()) {
    const [exchange, ...more] = childrenOf(attempt, spans);
    expect(more).toEqual([]);
    expect(attributesOf(exchange)).toMatchObject({
      "http.request.method": "POST",
      "url.full": `${upstreams[index]?.url}/images/generations`,
      "http.response.status_code": [503, 401, 200][index],
    });
    expect(exchange?.status.code ?? 0).toBe([2, 2, 0][index]);
    const [asked] = upstreams[index]?.requests ?? [];
    expect(asked?.headers["traceparent"]).toBe(`00-${callersTrace}-${exchange?.spanId}-01`);
    expect(asked?.headers["tracestate"]).toBe("vendor=1");
  }

  const failures = spillway.log.filter(({ msg }) => msg === "attempt failed");
  expect(failures).toMatchObject([
    {
      request_id: "order-4711",
      provider: "a",
      attempt: 1,
      class: "overloaded",
      http_status: 503,
      next: "next_target",
    },
    {
      request_id: "order-4711",
      provider: "b",
      attempt: 2,
      class: "credential",
      http_status: 401,
      next: "next_target",
    },
  ]);
  for (const { duration_ms } of failures) expect(duration_ms).toBeGreaterThanOrEqual(0);

  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  const counted = metrics.split("\n").filter((line) => line.startsWith("spillway_attempts"));
  for (const [provider, failure] of [
    ["a", "overloaded"],
    ["b", "credential"],
  ]) {
    expect(counted).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `(?=.*spillway_provider="${provider}").*spillway_failure_class="${failure}".* 1$`,
        ),
      ),
    );
  }
  spillway.kill("SIGTERM");
  expect(await spillway.exited).toBe(0);
  keepsSecrets(collector.bodies.join(), metrics, spillway.stdout, spillway.stderr);
  expect(collector.bodies.join()).toContain("spillway.attempts");
});

it.each([
  ["gRPC", "grpc", startGrpcCollector],
  ["HTTP in Protobuf", "http/protobuf", startHttpCollector],
])(
  "what is still waiting is sent before the process ends, in OTLP over %s",
  async (_, protocol, startCollector) => {
    const collector = await startCollector();
    const { spillway, url } = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_METRICS_EXPORTER: "none",
      OTEL_BSP_SCHEDULE_DELAY: "60000",
    });
    await ask(url);
    expect(collector.bodies).toEqual([]);
    spillway.kill("SIGTERM");
    expect(await spillway.exited).toBe(0);
    const [body = ""] = collector.bodies;
    expect(body).toContain(Buffer.from(callersTrace, "hex").toString("latin1"));
    expect(body).toContain("spillway.v1.GatewayService/Generate");
    expect(body.match(/spillway\.attempt\.number/g)).toHaveLength(3);
    keepsSecrets(body, spillway.stdout, spillway.stderr);
  },
);

it("a variable that cannot be understood keeps the process from starting", async () => {
  const { spillway } = spawnWith([], { OTEL_EXPORTER_OTLP_PROTOCOL: "carrier-pigeon" });
  expect(await spillway.exited).toBe(1);
  expect(spillway.stderr).toContain("OTEL_EXPORTER_OTLP_PROTOCOL: expected one of");
});

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Three providers, of which the first two fail, and a gateway before them. */
async function start(environment: Readonly<Record<string, string>>) {
  const upstreams = [
    await startFakeUpstream(error(503, {})),
    await startFakeUpstream(error(401, {})),
    await startFakeUpstream(images(20)),
  ];
  const { spillway } = spawnWith(
    upstreams.map(({ url }) => url),
    { OTEL_BSP_SCHEDULE_DELAY: "50", ...environment },
  );
  const { listen, admin } = await spillway.logged("listening");
  return { upstreams, spillway, url: `http://${listen}`, adminUrl: `http://${admin}` };
}

function spawnWith(urls: readonly string[], environment: Readonly<Record<string, string>>) {
  const slugs = ["a", "b", "c"].slice(0, urls.length);
  const folder = mkdtempSync(join(tmpdir(), "spillway-tracing-"));
  folders.push(folder);
  const path = join(folder, "spillway.yaml");
  const providers = slugs.map(
    (slug, index) =>
      `  ${slug}: { type: openai-compatible, base_url: "${urls[index]}", keys: [key-of-${slug}] }`,
  );
  const targets = slugs.map(
    (slug, priority) => `      - { provider: ${slug}, priority: ${priority} }`,
  );
  writeFileSync(
    path,
    `
server: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", drain: 1s }
${slugs.length === 0 ? "" : `providers:\n${providers.join("\n")}\nroutes:\n  - models: [boat]\n    targets:\n${targets.join("\n")}`}
`,
  );
  return { spillway: spawnSpillway(["serve", "--config", path], environment) };
}

async function ask(url: string): Promise<void> {
  const { status, json } = await postJson(
    url,
    "Generate",
    { model: "boat", textToImage: { prompt: secretPrompt }, endUser: "somebody" },
    {
      traceparent: `00-${callersTrace}-${callersSpan}-01`,
      tracestate: "vendor=1",
      "x-request-id": "order-4711",
    },
  );
  expect([status, (json as { readonly provider?: string }).provider]).toEqual([200, "c"]);
}

function keepsSecrets(...texts: readonly string[]): void {
  for (const text of texts) for (const secret of secrets) expect(text).not.toContain(secret);
}

function childrenOf(parent: OtlpSpan | undefined, spans: readonly OtlpSpan[]): OtlpSpan[] {
  return spans.filter(({ parentSpanId }) => parentSpanId === parent?.spanId);
}

function inOrder(spans: readonly OtlpSpan[]): OtlpSpan[] {
  return spans.toSorted((one, other) =>
    Number(BigInt(one.startTimeUnixNano) - BigInt(other.startTimeUnixNano)),
  );
}

function attributesOf(span: OtlpSpan | undefined): Record<string, unknown> {
  return Object.fromEntries(
    (span?.attributes ?? []).map(({ key, value }) => {
      const [only] = Object.values(value);
      return [key, "intValue" in value ? Number(only) : only];
    }),
  );
}
