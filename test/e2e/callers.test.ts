import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Metadata } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { manualClock } from "../support/manual-clock.ts";
import { postJson } from "../support/raw-calls.ts";
import { replaceFile } from "../support/replace-file.ts";
import { imageRequest, secretPrompt } from "../support/requests.ts";
import { spawnSpillway } from "../support/spawn-spillway.ts";
import { startGateway } from "../support/start-gateway.ts";
import { error } from "../support/upstream-acts.ts";

const webKey = "the-key-of-the-web-team";
const batchKey = "the-key-of-the-batch-jobs";

const twoCallers = `
callers:
  web: { keys: ["${webKey}"], models: ["gpt-image-*"] }
  batch: { keys: ["${batchKey}"] }
`;

describe("a gateway with callers", () => {
  it("keeps the results of a caller's idempotency key from every other caller", async () => {
    const gateway = await startGateway(`sandbox: true\n${twoCallers}`);
    const request = imageRequest("gpt-image-2", { idempotencyKey: "order-7" });
    const ask = (key: string) => gateway.generate(request, { metadata: bringing(key) });
    const first = await ask(webKey);
    expect(await ask(webKey)).toMatchObject({ replayed: true, requestId: first.requestId });
    const others = await ask(batchKey);
    expect(others.replayed).toBe(false);
    expect(others.requestId).not.toBe(first.requestId);
  });

  it("tells its operator who called, what it cost, and who was turned away", async () => {
    const gateway = await startGateway(`sandbox: true\n${twoCallers}`);
    await gateway.generate(imageRequest("gpt-image-2"), { metadata: bringing(webKey) });
    await gateway.failure(imageRequest("imagen-4"), { metadata: bringing(webKey) });
    await gateway.failure(imageRequest("gpt-image-2"), { metadata: bringing("a wrong one") });
    const failed = gateway.log.filter(({ msg }) => msg === "request failed");
    expect(failed.map(({ caller, reason }) => [caller, reason])).toEqual([
      ["web", "PERMISSION_DENIED"],
      [undefined, "UNAUTHENTICATED"],
    ]);
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /^spillway_requests_total\{.*rpc_status_code="OK".*spillway_caller="web"/m,
    );
    expect(metrics).toMatch(/^spillway_cost\S*\{.*spillway_caller="web".*\} 0\.\d+/m);
    expect(metrics).toMatch(/^spillway_images_total\{.*spillway_caller="web".*\} 1$/m);
    const told = JSON.stringify(gateway.log) + metrics;
    for (const secret of [webKey, batchKey, "a wrong one", secretPrompt]) {
      expect(told).not.toContain(secret);
    }
  });

  it("holds a caller to its rate, asks nobody for what is over it, and lets the others be", async () => {
    const rated = twoCallers.replace('["gpt-image-*"]', '["gpt-image-*"], requests_per_minute: 2');
    const gateway = await startGateway(`sandbox: true\n${rated}`, { clock: manualClock() });
    const request = imageRequest("openai/gpt-image-2");
    const fallback = imageRequest("gpt-image-2");
    const metadata = bringing(webKey);
    expect((await gateway.failure(request, { metadata })).code).toBe("PERMISSION_DENIED");
    await Promise.all([1, 2].map(() => gateway.generate(fallback, { metadata })));
    const limited = await gateway.failure(fallback, { metadata });
    expect(limited).toMatchObject({ code: "RESOURCE_EXHAUSTED", reasons: ["RATE_LIMITED"] });
    expect(limited.retryAfterMs).toBe(30_000);
    await gateway.generate(request, { metadata: bringing(batchKey) });
    const submissions = Object.values(gateway.sandbox?.submissions() ?? {});
    expect(submissions.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it("names the caller in the line of a failed attempt, and hands its key to no provider", async () => {
    const upstream = await startFakeUpstream(error(401, {}));
    const gateway = await startGateway(`${twoCallers}
providers: { boats: { type: openai-compatible, base_url: "${upstream.url}", keys: [upstream-key] } }
routes: [{ models: [boat], targets: [{ provider: boats }] }]
`);
    await gateway.failure(imageRequest("boat"), { metadata: bringing(batchKey) });
    expect(await gateway.logged("attempt failed")).toMatchObject({ caller: "batch" });
    const [asked] = upstream.requests;
    expect(asked?.headers["authorization"]).toBe("Bearer upstream-key");
    expect(JSON.stringify(asked)).not.toContain(batchKey);
  });
});

describe.each([1, 2])("with %i workers", (workers) => {
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "spillway-callers-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("a key is replaced while it runs, and the command line brings the one of its environment", async () => {
    const path = join(folder, "spillway.yaml");
    const write = (key: string) =>
      replaceFile(
        path,
        `
server: { listen: "127.0.0.1:0", workers: ${workers}, watch: false }
sandbox: true
callers: { web: { keys: ["${key}"] } }
`,
      );
    write(webKey);
    const spillway = spawnSpillway(["serve", "--config", path]);
    const { listen } = await spillway.logged("listening");
    const url = `http://${listen}`;
    const statusWith = async (key: string) =>
      (await postJson(url, "ListProviders", {}, { authorization: `Bearer ${key}` })).status;
    expect([await statusWith(webKey), await statusWith(batchKey)]).toEqual([200, 401]);
    write(batchKey);
    spillway.kill("SIGHUP");
    for (let worker = 1; worker <= workers; worker++) {
      await spillway.logged("configuration reloaded", worker);
    }
    expect([await statusWith(webKey), await statusWith(batchKey)]).toEqual([401, 200]);
    const words = ["generate", "gpt-image-2", "a boat", "--server", url, "--out", folder];
    const refused = spawnSpillway(words);
    expect(await refused.exited).toBe(1);
    expect(refused.stderr).toContain("SPILLWAY_KEY");
    const served = spawnSpillway(words, { SPILLWAY_KEY: batchKey });
    expect(await served.exited).toBe(0);
    expect(readdirSync(folder).some((name) => /\.(png|jpe?g|webp)$/.test(name))).toBe(true);
  });
});

function bringing(key: string): Metadata {
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${key}`);
  return metadata;
}
