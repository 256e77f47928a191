import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request as send } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { startHttpCollector } from "../support/otlp-collector.ts";
import { type SpillwayProcess, spawnSpillway } from "../support/spawn-spillway.ts";
import { chat, error, held } from "../support/upstream-acts.ts";

let folder = "";
const callers: Caller[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spillway-workers-"));
});

afterEach(async () => {
  await Promise.all(callers.splice(0).map((caller) => caller.close()));
  rmSync(folder, { recursive: true });
});

describe("two workers", () => {
  it("execute an idempotency key once, whichever of them is asked", async () => {
    const slow = held(chat("Ahoy"));
    const upstream = await startFakeUpstream(slow);
    const { listen } = await serve(upstream.url);
    const [one, two] = [caller(listen), caller(listen)];
    const keyed = { ...boat, idempotencyKey: "the-same-for-both" };
    const first = one.generate(keyed);
    await upstream.arrived(1);
    const second = two.generate(keyed);
    slow.release();
    const [original, replayed] = [await first, await second];
    expect(upstream.requests).toHaveLength(1);
    expect(replayed.requestId).toBe(original.requestId);
    expect([original.replayed, replayed.replayed]).toEqual([undefined, true]);
  });

  it("know of an outage that only one of them has seen", async () => {
    const upstream = await startFakeUpstream(error(500, { message: null }));
    const { listen } = await serve(upstream.url);
    const [one, two] = [caller(listen), caller(listen)];
    while (upstream.requests.length < 5) await one.generate(boat);
    const seen = upstream.requests.length;
    upstream.play(chat("Ahoy"));
    const either = { ...boat, model: "boat-or-ship" };
    // The news goes from process to process, and overtakes no answer to a caller.
    let passedOver: readonly string[] = [];
    while (passedOver.length === 0) passedOver = await two.passedOver(either);
    expect(passedOver).toEqual(["boats"]);
    const { attempts = [] } = await two.generate(either);
    expect(attempts.map(({ provider, outcome }) => [provider, outcome])).toEqual([
      ["boats", "ATTEMPT_OUTCOME_SKIPPED"],
      ["ships", "ATTEMPT_OUTCOME_SUCCEEDED"],
    ]);
    expect(upstream.requests).toHaveLength(seen + 1);
  });

  it("are one gateway to operators: their metrics are added up", async () => {
    const upstream = await startFakeUpstream(chat("Ahoy"));
    const { listen, admin } = await serve(upstream.url);
    for (const one of [caller(listen), caller(listen), caller(listen)]) await one.generate(boat);
    const sums = [
      /^spillway_requests_total\{[^}]*rpc_status_code="OK"\} 3$/m,
      /^gen_ai_client_operation_duration_count\{[^}]*\} 3$/m,
    ];
    // The page leaves out who does not report within two seconds.
    let page = "";
    while (!sums.every((sum) => sum.test(page))) {
      page = await (await fetch(`http://${admin}/metrics`)).text();
    }
    expect((await fetch(`http://${admin}/readyz`)).status).toBe(200);
  });

  it("push what they measure each under a name of its own, whatever the operator calls the whole", async () => {
    const collector = await startHttpCollector();
    const { spillway, listen } = await serve("http://127.0.0.1:1/v1", "", {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_RESOURCE_ATTRIBUTES: "service.instance.id=pod-1,deployment.environment.name=harbour",
    });
    for (const one of [caller(listen), caller(listen)]) await one.generate(boat);
    spillway.kill("SIGTERM");
    expect(await spillway.exited).toBe(0);
    const instances = collector.bodies.map(
      (body) => /"service\.instance\.id","value":\{"stringValue":"([^"]*)"/.exec(body)?.[1],
    );
    expect(new Set(instances).size).toBe(2);
    expect(instances).not.toContain("pod-1");
    for (const body of collector.bodies) expect(body).toContain("harbour");
  });

  it("read the configuration again at the primary's SIGHUP, and both tell of a bad one", async () => {
    const upstream = await startFakeUpstream(chat("Ahoy"));
    const { spillway, listen, admin, path, version } = await serve(upstream.url, "watch: false");
    const before = readFileSync(path, "utf8");
    writeFileSync(path, before.replaceAll("ships", "dinghies"));
    spillway.kill("SIGHUP");
    await spillway.logged("configuration reloaded", 2);
    const versions = new Set<string>();
    for (const one of [caller(listen), caller(listen)]) {
      versions.add((await one.generate(boat)).configVersion);
    }
    expect(versions.size).toBe(1);
    expect(versions.has(version)).toBe(false);
    writeFileSync(path, "providers: { boats: { mast: 1 } }");
    spillway.kill("SIGHUP");
    await spillway.logged("configuration not reloaded", 2);
    await readyWith(admin, "mast");
  });

  it("are replaced by ones with the configuration that they had, whatever the file says", async () => {
    const upstream = await startFakeUpstream(chat("Ahoy"));
    const { spillway, path, admin } = await serve(upstream.url, "watch: false");
    const before = readFileSync(path, "utf8");
    // What only a restart changes stays as it was for them too.
    const after = before.replaceAll("ships", "dinghies").replace("127.0.0.1:0", "127.0.0.1:1");
    writeFileSync(path, after);
    spillway.kill("SIGHUP");
    const reloaded = await spillway.logged("configuration reloaded", 2);
    expect(reloaded).toMatchObject({ needs_restart: ["server.listen"] });
    const version = reloaded["config_version"];
    writeFileSync(path, "server: { listen: 127.0.0.1:1 }\nproviders: { boats: { mast: 1 } }");
    spillway.kill("SIGHUP");
    await spillway.logged("configuration not reloaded", 2);
    for (const worker of workersOf(spillway)) process.kill(worker, "SIGKILL");
    await spillway.logged("worker ended", 2);
    await spillway.logged("configuration not reloaded", 4);
    const resumed = spillway.log.filter(({ cause }) => cause === "replacement");
    expect(resumed).toMatchObject(
      Array(2).fill({ msg: "configuration reloaded", config_version: version }),
    );
    const told = spillway.log.filter(({ msg }) => msg === "configuration not reloaded");
    expect(told.slice(2)).toMatchObject(Array(2).fill({ config_version: version }));
    await readyWith(admin, "mast");
    expect(spillway.stderr).toBe("");
  });

  it("are missed by operators when none of them serves", async () => {
    const { spillway, admin } = await serve("http://127.0.0.1:1/v1");
    const ask = async () => {
      const response = await fetch(`http://${admin}/readyz`);
      return [response.status, await response.text()];
    };
    let told = await ask();
    while (told[0] === 200) {
      // Those who come in their place are ended as well, so that the moment is not missed.
      for (const worker of workersOf(spillway)) end(worker);
      told = await ask();
    }
    expect(told).toEqual([503, "no worker serves\n"]);
  });

  it("read the configuration again once they serve, when the SIGHUP came before", async () => {
    const path = write(configFor("http://127.0.0.1:1/v1"));
    const spillway = spawnSpillway(["serve", "--config", path]);
    await expect.poll(() => childrenOf(spillway).length, { timeout: 60_000 }).toBeGreaterThan(0);
    spillway.kill("SIGHUP");
    await spillway.logged("listening");
    expect(await spillway.logged("configuration unchanged", 2)).toMatchObject({ cause: "signal" });
  });

  it("finish what runs after SIGTERM, and the primary ends with 0", async () => {
    const slow = [held(chat("Ahoy")), held(chat("Ahoy"))] as const;
    const upstream = await startFakeUpstream(...slow);
    const { spillway, listen } = await serve(upstream.url);
    const running = [caller(listen), caller(listen)].map((one) => one.generate(boat));
    await upstream.arrived(2);
    spillway.kill("SIGTERM");
    await spillway.logged("draining");
    for (const one of slow) one.release();
    for (const ended of await Promise.all(running)) expect(ended.provider).toBe("boats");
    expect(await spillway.exited).toBe(0);
    expect(spillway.log.at(-1)).toMatchObject({ msg: "stopped" });
  });

  it("are replaced when they end; what one had sent for a key is not sent again", async () => {
    const upstream = await startFakeUpstream(held(chat("Too late")));
    const { spillway, listen } = await serve(upstream.url);
    const keyed = { ...boat, idempotencyKey: "sent-and-then-the-end" };
    const lost = caller(listen).generate(keyed);
    const { headers } = await upstream.arrived(1);
    expect(headers["user-agent"]).toContain("spillway");
    const [pid = 0] = workersOf(spillway);
    const [, other = 0] = workersOf(spillway);
    // The first connection went to the first worker.
    process.kill(pid, "SIGKILL");
    await expect(lost).rejects.toThrow();
    const ended = await spillway.logged("worker ended");
    expect(ended).toMatchObject({ how: "SIGKILL" });
    upstream.play(chat("Ahoy"));
    expect(await caller(listen).generate(keyed)).toMatchObject({
      code: "aborted",
      details: expect.arrayContaining([
        expect.objectContaining({
          debug: expect.objectContaining({ reason: "AMBIGUOUS_OUTCOME" }),
        }),
      ]),
    });
    expect(upstream.requests).toHaveLength(1);
    await expect.poll(() => workersOf(spillway).length, { timeout: 60_000 }).toBe(2);
    expect(workersOf(spillway)).toContain(other);
  });
});

it("with workers, an address that is taken is told once", async () => {
  const { listen } = await serve("http://127.0.0.1:1/v1");
  const second = spawnSpillway([
    "serve",
    "--config",
    write(configFor("http://127.0.0.1:1/v1", "", listen)),
  ]);
  expect(await second.exited).toBe(1);
  expect(second.stderr.match(/cannot listen/g)).toHaveLength(1);
});

const boat = {
  model: "boat",
  chat: { messages: [{ role: "ROLE_USER", parts: [{ text: "Hi" }] }] },
};

/** What is read of an answer, be it a response or an error. */
interface Answer {
  readonly requestId: string;
  readonly replayed?: boolean;
  readonly provider: string;
  readonly configVersion: string;
  readonly attempts?: readonly { readonly provider: string; readonly outcome: string }[];
}

interface Caller {
  generate(body: unknown): Promise<Answer>;
  /** The providers that the worker would not ask for this. */
  passedOver(generate: unknown): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Somebody with one connection, which stays with one worker. */
function caller(listen: string): Caller {
  const agent = new Agent({ connections: 1 });
  const call = async (method: string, body: unknown): Promise<unknown> => {
    const { body: answer } = await send(`http://${listen}/spillway.v1.GatewayService/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      dispatcher: agent,
    });
    return answer.json();
  };
  const one: Caller = {
    generate: async (body) => (await call("Generate", body)) as Answer,
    async passedOver(generate) {
      const { skipped = [] } = (await call("Route", { generate })) as {
        readonly skipped?: readonly { readonly provider: string }[];
      };
      return skipped.map(({ provider }) => provider);
    },
    close: () => agent.destroy(),
  };
  callers.push(one);
  return one;
}

async function serve(url: string, ofServer = "", environment: Record<string, string> = {}) {
  const path = write(configFor(url, ofServer));
  const spillway = spawnSpillway(["serve", "--config", path], environment);
  const { listen, admin, config_version: version } = await spillway.logged("listening");
  return { spillway, listen: String(listen), admin: String(admin), version: String(version), path };
}

/** Waits until the gateway says this while it is ready. A worker that does not report within two seconds says nothing. */
async function readyWith(admin: string, words: string): Promise<void> {
  let told = "";
  while (!told.includes(words)) {
    const response = await fetch(`http://${admin}/readyz`);
    expect(response.status).toBe(200);
    told = await response.text();
  }
}

/** Ends a process, which may have ended already. */
function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function workersOf(spillway: SpillwayProcess): number[] {
  return childrenOf(spillway).map(Number);
}

function childrenOf({ pid }: SpillwayProcess): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").match(/\d+/g) ?? [];
}

function write(text: string): string {
  const path = join(folder, `spillway-${callers.length}.yaml`);
  writeFileSync(path, text);
  return path;
}

function configFor(url: string, ofServer = "", listen = "127.0.0.1:0"): string {
  return `
server: { listen: "${listen}", admin: "127.0.0.1:0", drain: 10s, workers: 2, retry_budget: { floor: 1000 }, ${ofServer} }
providers:
  boats: { type: openai-compatible, base_url: "${url}" }
  ships: { type: openai-compatible, base_url: "${url}" }
routes:
  - models: [boat]
    targets: [{ provider: boats }]
  - models: [boat-or-ship]
    targets: [{ provider: boats, model: boat }, { provider: ships, model: boat, priority: 1 }]
`;
}
