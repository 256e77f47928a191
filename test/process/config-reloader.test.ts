import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { ConfigReloader } from "../../src/process/config-reloader.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { load, loadGood } from "../config/config-world.ts";
import { manualClock } from "../support/manual-clock.ts";

const path = "/etc/spillway/spillway.yaml";
const keyFile = "/etc/spillway/key";

const one = `
providers: { boats: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1", keys: ["\${file:key}"] } }
routes: [{ models: [boat], targets: [{ provider: boats, weight: 1 }] }]
`;
const two = one.replace("weight: 1", "weight: 2");
const bad = `${one}drain: 3\nsandboks: true\n`;

/** A reloader of a file that tests write, with all that it says and does. */
function world(text = one) {
  const files = { text, key: "first-key" };
  const read = () => load(files.text, {}, { [keyFile]: files.key });
  const started = loadGood(text, {}, { [keyFile]: files.key });
  const applied: Config[] = [];
  const lines: Readonly<Record<string, unknown>>[] = [];
  const counted: string[] = [];
  const clock = manualClock();
  const state = { broken: false };
  const reloader = new ConfigReloader({
    started,
    read,
    apply(config) {
      if (state.broken) throw new Error("no such thing");
      applied.push(config);
    },
    clock,
    logger: createLogger({
      level: "debug",
      clock,
      destination: { write: (line) => void lines.push(JSON.parse(line)) },
    }),
    metrics: { configReloaded: (outcome) => counted.push(outcome) },
  });
  return { files, started, applied, lines, counted, clock, state, reloader };
}

describe("a reload", () => {
  it("says that everybody may call from then on, where a network reaches it", () => {
    const closed = `${one}server: { listen: "0.0.0.0:1" }\ncallers: { web: { keys: [0123456789abcdef] } }\n`;
    const { files, lines, reloader } = world(closed);
    files.text = closed.replace(/callers.*/, "");
    reloader.reload("file");
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      ["info", "configuration reloaded"],
      [
        "warn",
        expect.stringMatching(/^anybody who reaches the gateway may call: .* has no callers$/),
      ],
    ]);
  });

  it("puts a changed file to work and says which version follows which", () => {
    const { files, started, applied, lines, counted, reloader } = world();
    files.text = two;
    reloader.reload("signal");
    expect(applied).toHaveLength(1);
    expect(applied[0]?.routes[0]?.targets[0]?.weight).toBe(2);
    expect(counted).toEqual(["applied"]);
    expect(lines).toEqual([
      expect.objectContaining({
        level: "info",
        msg: "configuration reloaded",
        cause: "signal",
        config_version: applied[0]?.version,
        previous_version: started.version,
      }),
    ]);
    expect(lines[0]).not.toHaveProperty("needs_restart");
    expect(reloader.notice()).toBeUndefined();
  });

  it("reads the files of keys again", () => {
    const { files, applied, lines, reloader } = world();
    files.key = "second-key";
    reloader.reload("signal");
    expect(applied[0]?.providers[0]?.keys.map((key) => key.reveal())).toEqual(["second-key"]);
    expect(JSON.stringify(lines)).not.toContain("second-key");
  });

  it("of a bad file changes nothing and tells every problem by its place, in the log and in the notice", () => {
    const { files, started, applied, lines, counted, clock, reloader } = world();
    files.text = bad;
    reloader.reload("file");
    expect(applied).toEqual([]);
    expect(counted).toEqual(["failed"]);
    const problems = [
      expect.stringMatching(new RegExp(`^${path}:4:1: drain: `)),
      expect.stringMatching(new RegExp(`^${path}:5:1: sandboks: `)),
    ];
    expect(lines).toEqual([
      expect.objectContaining({
        level: "error",
        msg: "configuration not reloaded",
        cause: "file",
        config_version: started.version,
        problems,
      }),
    ]);
    const [first, ...rest] = reloader.notice()?.split("\n") ?? [];
    expect(first).toBe(
      `configuration: last reload failed at ${new Date(clock.now()).toISOString()}; still serving ${started.version}`,
    );
    expect(rest).toEqual(problems);
  });

  it("of a key's file that is gone names the file, and nothing of the key", () => {
    const { files, lines, reloader } = world();
    files.text = one.replace("file:key", "file:gone");
    reloader.reload("signal");
    expect(lines[0]?.["problems"]).toEqual([expect.stringContaining("needs the file gone")]);
    expect(JSON.stringify(lines)).not.toContain("first-key");
  });

  it("tells the same problems once while the folder goes on changing, and again to who asks", () => {
    const { files, lines, counted, reloader } = world();
    files.text = bad;
    reloader.reload("file");
    reloader.reload("file");
    expect(lines).toHaveLength(1);
    reloader.reload("signal");
    expect(lines).toHaveLength(2);
    files.text = `${bad}more: 1\n`;
    reloader.reload("file");
    expect(counted).toEqual(["failed", "failed", "failed"]);
  });

  it("of a file that is good again takes the notice back, also when it is the one that serves", () => {
    const { files, applied, lines, counted, reloader } = world();
    files.text = bad;
    reloader.reload("file");
    files.text = one;
    reloader.reload("file");
    expect(reloader.notice()).toBeUndefined();
    expect(applied).toEqual([]);
    expect(counted).toEqual(["failed", "unchanged"]);
    expect(lines.at(-1)).toMatchObject({ level: "info", msg: "configuration unchanged" });
  });

  it("of an unchanged file says so to who asks, and nothing when only its folder changed", () => {
    const { applied, lines, counted, reloader } = world();
    reloader.reload("file");
    expect([lines, counted]).toEqual([[], []]);
    reloader.reload("signal");
    expect(lines).toEqual([expect.objectContaining({ msg: "configuration unchanged" })]);
    expect(counted).toEqual(["unchanged"]);
    expect(applied).toEqual([]);
  });

  it("applies what it can and names what needs a restart, each time until that is done", () => {
    const { files, started, applied, lines, reloader } = world();
    files.text = `server: { drain: 1s, grpc: "127.0.0.1:7" }\n${two}`;
    reloader.reload("signal");
    expect(applied[0]?.routes[0]?.targets[0]?.weight).toBe(2);
    expect(applied[0]?.server).toEqual(started.server);
    files.text = `server: { drain: 1s }\n${one}`;
    reloader.reload("signal");
    expect(lines.map(({ level, needs_restart }) => [level, needs_restart])).toEqual([
      ["warn", ["server.grpc", "server.drain"]],
      ["warn", ["server.drain"]],
    ]);
  });

  it("goes back to the configuration of the start", () => {
    const { files, started, applied, reloader } = world();
    files.text = two;
    reloader.reload("file");
    files.text = one;
    reloader.reload("file");
    expect(applied.map(({ version }) => version)).toEqual([applied[0]?.version, started.version]);
    expect(applied[0]?.version).not.toBe(started.version);
  });

  it("that meets a bug lets the gateway go on, and tells the bug", () => {
    const { files, started, lines, counted, state, reloader } = world();
    files.text = two;
    state.broken = true;
    reloader.reload("file");
    expect(lines.map(({ msg }) => msg)).toEqual(["bug", "configuration not reloaded"]);
    expect(counted).toEqual(["failed"]);
    expect(reloader.notice()).toContain(`still serving ${started.version}`);
    state.broken = false;
    reloader.reload("file");
    expect(counted).toEqual(["failed", "applied"]);
  });
});
