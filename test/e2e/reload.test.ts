import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson } from "../support/raw-calls.ts";
import { replaceFile } from "../support/replace-file.ts";
import { type SpillwayProcess, spawnSpillway } from "../support/spawn-spillway.ts";
import { error, held, images } from "../support/upstream-acts.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spillway-reload-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

it("SIGHUP moves the weights from one provider to another under load, and no request fails", async () => {
  const [port, starboard] = await twoUpstreams();
  const weigh = (toPort: number, toStarboard: number) => `
server: { listen: "127.0.0.1:0", watch: false }
providers:
  port: { type: openai-compatible, base_url: "${port.url}" }
  starboard: { type: openai-compatible, base_url: "${starboard.url}" }
routes:
  - models: [boat]
    targets:
      - { provider: port, weight: ${toPort} }
      - { provider: starboard, weight: ${toStarboard} }
`;
  write(weigh(1, 0));
  const { spillway, url } = await serve();
  const traffic = startTraffic(url);
  await traffic.answers(20);
  for (const [toPort, toStarboard] of [
    [0, 1],
    [1, 0],
    [0, 1],
  ] as const) {
    write(weigh(toPort, toStarboard));
    await reloaded(spillway);
    await traffic.answers(20);
  }
  const answered = await traffic.stop();
  expect(answered.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
  const logged = spillway.log.filter(({ msg }) => msg === "configuration reloaded");
  expect(logged.map(({ cause }) => cause)).toEqual(["signal", "signal", "signal"]);
  const versions = [...new Set(answered.map(({ version }) => version))];
  expect(versions).toEqual([logged[1]?.["config_version"], logged[0]?.["config_version"]]);
  expect(port.requests.length + starboard.requests.length).toBe(answered.length);
  const before = port.requests.length;
  expect(await boat(url)).toMatchObject({ status: 200, version: logged[0]?.["config_version"] });
  expect(port.requests.length).toBe(before);
});

it("a request that is under way when the file changes ends with the version that it began with", async () => {
  const [port, starboard] = await twoUpstreams();
  const slow = held(images(20));
  port.play(slow);
  write(fileFor(port));
  const { spillway, url, version } = await serve();
  const running = boat(url);
  await port.arrived(1);
  write(fileFor(starboard));
  const { config_version: next, cause } = await spillway.logged("configuration reloaded");
  expect(cause).toBe("file");
  expect(await boat(url)).toMatchObject({ status: 200, version: next });
  slow.release();
  expect(await running).toMatchObject({ status: 200, version });
  expect(next).not.toBe(version);
  expect([port.requests.length, starboard.requests.length]).toEqual([1, 1]);
});

it("a provider at a new address is asked at once, however it did at the old one", async () => {
  const [port, starboard] = await twoUpstreams();
  const moved = await startFakeUpstream(images(30));
  port.play(error(500, {}));
  const at = (url: string) => `
server: { listen: "127.0.0.1:0" }
providers:
  port: { type: openai-compatible, base_url: "${url}", health: { failures: 1 } }
  starboard: { type: openai-compatible, base_url: "${starboard.url}" }
routes:
  - models: [boat]
    targets: [{ provider: port }, { provider: starboard, priority: 1 }]
`;
  write(at(port.url));
  const { spillway, url } = await serve();
  for (let call = 0; call < 2; call++) expect((await boat(url)).status).toBe(200);
  expect(port.requests.length).toBe(1);
  write(at(moved.url));
  await spillway.logged("configuration reloaded");
  expect((await boat(url)).status).toBe(200);
  expect([moved.requests.length, starboard.requests.length]).toEqual([1, 2]);
});

it("a bad file changes nothing and is told by the log, /readyz and a metric, until it is good", async () => {
  const [port, starboard] = await twoUpstreams();
  write(fileFor(port));
  const { spillway, url, admin, version } = await serve();
  const path = write(`${fileFor(starboard)}    weight: much\nsandboks: true\n`);
  const line = await spillway.logged("configuration not reloaded");
  expect(line).toMatchObject({
    level: "error",
    config_version: version,
    problems: [
      expect.stringMatching(`^${path}:\\d+:\\d+: routes\\[0\\]`),
      expect.stringMatching(`^${path}:\\d+:1: sandboks: `),
    ],
  });
  expect(await boat(url)).toMatchObject({ status: 200, version });
  expect(starboard.requests).toEqual([]);
  const failed = await fetch(`${admin}/readyz`);
  expect(failed.status).toBe(200);
  expect((await failed.text()).split("\n")).toEqual([
    "ready",
    expect.stringMatching(`^configuration: last reload failed at .+; still serving ${version}$`),
    ...(line["problems"] as readonly string[]),
    "",
  ]);
  write(fileFor(starboard));
  await spillway.logged("configuration reloaded");
  expect(await (await fetch(`${admin}/readyz`)).text()).toBe("ready\n");
  const metrics = await (await fetch(`${admin}/metrics`)).text();
  for (const outcome of ["failed", "applied"]) {
    expect(metrics).toContain(
      `spillway_config_reloads_total{spillway_config_reload_outcome="${outcome}"} 1`,
    );
  }
});

it("a key whose file was replaced is used after SIGHUP, and stands nowhere in the log", async () => {
  const [port] = await twoUpstreams();
  // The key's folder is not the file's, so that nobody watches it.
  const keys = join(folder, "keys");
  mkdirSync(keys);
  writeFileSync(join(keys, "port"), "first-key\n");
  write(fileFor(port, { provider: `keys: ["\${file:keys/port}"]` }));
  const { spillway, url } = await serve();
  await boat(url);
  writeFileSync(join(keys, "port"), "second-key\n");
  await reloaded(spillway);
  await boat(url);
  expect(port.requests.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer first-key",
    "Bearer second-key",
  ]);
  expect(spillway.stdout + spillway.stderr).not.toMatch(/first-key|second-key/);
});

it("a folder that Kubernetes swaps behind a link is read again without a signal", async () => {
  const [port, starboard] = await twoUpstreams();
  for (const [name, upstream] of [
    ["..1", port],
    ["..2", starboard],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "spillway.yaml"), fileFor(upstream));
  }
  symlinkSync("..1", join(folder, "..data"));
  symlinkSync(join("..data", "spillway.yaml"), join(folder, "spillway.yaml"));
  const { spillway, url } = await serve();
  symlinkSync("..2", join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  const { config_version } = await spillway.logged("configuration reloaded");
  expect(await boat(url)).toMatchObject({ status: 200, version: config_version });
  expect([port.requests.length, starboard.requests.length]).toEqual([0, 1]);
});

it("what needs a restart is named and left, and the rest is applied", async () => {
  const [port, starboard] = await twoUpstreams();
  write(fileFor(port));
  const { spillway, url } = await serve();
  write(fileFor(starboard, { server: "max_message_size: 1MiB" }));
  const line = await spillway.logged("configuration reloaded");
  expect(line).toMatchObject({ level: "warn", needs_restart: ["server.max_message_size"] });
  expect(await boat(url)).toMatchObject({ status: 200, version: line["config_version"] });
  expect(starboard.requests).toHaveLength(1);
});

it("an outage of the sandbox begins and ends with its file", async () => {
  const sandboxFor = (faults: string) => `
server: { listen: "127.0.0.1:0" }
sandbox: { faults: [${faults}] }
routes: [{ models: [boat], targets: [{ provider: openai, model: gpt-image-2 }] }]
`;
  write(sandboxFor(""));
  const { spillway, url } = await serve();
  expect(await boat(url)).toMatchObject({ status: 200 });
  write(sandboxFor('"openai=http-402"'));
  await spillway.logged("configuration reloaded", 1);
  expect(await boat(url)).toMatchObject({ status: 503 });
  write(sandboxFor(""));
  await spillway.logged("configuration reloaded", 2);
  expect(await boat(url)).toMatchObject({ status: 200 });
});

it("how fast a target is outlives the configuration, and serves the strategy of the next one", async () => {
  const [port] = await twoUpstreams();
  write(fileFor(port));
  const { spillway, url } = await serve();
  await boat(url);
  write(`${fileFor(port)}    strategy: fastest\n`);
  await spillway.logged("configuration reloaded");
  const generate = { model: "boat", textToImage: { prompt: "a boat" } };
  const { json } = await postJson(url, "Route", { generate });
  const seconds = expect.stringMatching(/^[0-9.]+s$/);
  expect(json).toMatchObject({
    matchedRule: { strategy: "STRATEGY_FASTEST" },
    candidates: [{ choice: { strategy: "STRATEGY_FASTEST", latency: seconds, score: seconds } }],
  });
});

async function twoUpstreams(): Promise<readonly [FakeUpstream, FakeUpstream]> {
  return [await startFakeUpstream(images(20)), await startFakeUpstream(images(20))];
}

function write(text: string): string {
  const path = join(folder, "spillway.yaml");
  replaceFile(path, text);
  return path;
}

/** A configuration by which this upstream makes the boats. Further keys go to where they are named. */
function fileFor(
  { url }: FakeUpstream,
  more: { readonly server?: string; readonly provider?: string } = {},
): string {
  const listeners = 'listen: "127.0.0.1:0", admin: "127.0.0.1:0"';
  return `
server: { ${[listeners, ...(more.server ? [more.server] : [])].join(", ")} }
providers:
  boats:
    type: openai-compatible
    base_url: "${url}"
    ${more.provider ?? ""}
routes:
  - models: [boat]
    targets: [{ provider: boats }]
`;
}

interface Served {
  readonly spillway: SpillwayProcess;
  readonly url: string;
  readonly admin: string;
  readonly version: unknown;
}

async function serve(): Promise<Served> {
  const spillway = spawnSpillway(["serve", "--config", join(folder, "spillway.yaml")]);
  const line = await spillway.logged("listening");
  return {
    spillway,
    url: `http://${line["listen"]}`,
    admin: `http://${line["admin"]}`,
    version: line["config_version"],
  };
}

/** Sends the signal and waits until its reload is done. */
async function reloaded(spillway: SpillwayProcess): Promise<void> {
  const before = spillway.log.filter(({ msg }) => msg === "configuration reloaded").length;
  spillway.kill("SIGHUP");
  await spillway.logged("configuration reloaded", before + 1);
}

interface Answer {
  readonly status: number;
  readonly version: unknown;
}

async function boat(url: string): Promise<Answer> {
  const request = { model: "boat", textToImage: { prompt: "a boat" } };
  const { status, json } = await postJson(url, "Generate", request);
  return { status, version: (json as { readonly configVersion?: string }).configVersion };
}

/** Asks for boats, some at a time, until it is stopped. */
function startTraffic(url: string) {
  const answered: Answer[] = [];
  const waiting = new Set<() => void>();
  let stopped = false;
  const callers = Array.from({ length: 4 }, async () => {
    while (!stopped) {
      answered.push(await boat(url));
      for (const wake of waiting) wake();
    }
  });
  return {
    /** Waits for this many answers more. */
    answers(count: number): Promise<void> {
      const wanted = answered.length + count;
      return new Promise((resolve) => {
        const wake = () => {
          if (answered.length < wanted) return;
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    },
    /** Ends the traffic and gives every answer, in order. */
    async stop(): Promise<readonly Answer[]> {
      stopped = true;
      await Promise.all(callers);
      return answered;
    },
  };
}
