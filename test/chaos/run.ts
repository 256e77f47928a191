import { parseArgs } from "node:util";
import { startGateway } from "../interop/start-gateway.ts";
import { type CallEnd, type Callers, startCallers } from "./load/callers.ts";
import { type Death, type DyingUpstream, startDyingUpstream } from "./load/dying-upstream.ts";

/**
 * Three equal providers under load, of which one dies and comes back; then all of
 * them. It prints what callers see of it and checks nothing: the figures of a run
 * are in docs/outages.md. `npm run test:chaos -- --help` lists what can be changed.
 */
const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "200" },
    seconds: { type: "string", default: "60" },
    recovery: { type: "string", default: "120" },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(`--rate N       calls a second (${values.rate})
--seconds N    length of a run until the dead provider is well again (${values.seconds})
--recovery N   how long to wait at most until it has its share again (${values.recovery})
--only WORD    one run: "refuse", "black hole", "500s", "resets" or "all"`);
  process.exit(0);
}
const rate = Number(values.rate);
const runMs = Number(values.seconds) * 1000;
const recoveryMs = Number(values.recovery) * 1000;

/** How long everyone is well at first: a sixth of a run. */
const wellMs = runMs / 6;
/** How long after a death it is to be noticed. */
const noticedMs = 5000;

console.log(`${rate} calls a second, ${runMs / 1000} s`);
for (const death of ["refuse", "black hole", "500s", "resets"] as const) {
  if (values.only === undefined || values.only === death) await oneDies(death);
}
if (values.only === undefined || values.only === "all") await allFail();

/** One of three dies, and comes back. */
async function oneDies(death: Death): Promise<void> {
  await withLoad(async ([victim], callers) => {
    await pass(wellMs);
    const diedAt = performance.now();
    await victim.die(death);
    await pass(runMs - wellMs);
    const wellAt = performance.now();
    await victim.recover();
    const backMs = await untilBack(callers, wellAt);
    await callers.stop();
    const during = between(callers.ends, diedAt, wellAt);
    const late = between(callers.ends, diedAt + noticedMs, wellAt);
    print(`one of three ${death === "refuse" ? "refuses" : `is dead (${death})`}`, {
      goodput: share(during, ({ ok }) => ok),
      "of them touch the dead one after 5 s": share(late, ({ asked }) => asked.includes("boat-0")),
      "attempts for a call": ratio(attempts(during), during.length),
      "back at its share":
        backMs === undefined
          ? `not within ${recoveryMs / 1000} s`
          : `${(backMs / 1000).toFixed(1)} s`,
      calls: String(during.length),
    });
  });
}

/** All of them answer with errors. */
async function allFail(): Promise<void> {
  await withLoad(async (upstreams, callers) => {
    await pass(wellMs);
    for (const upstream of upstreams) await upstream.die("500s");
    const diedAt = performance.now();
    const before = sum(upstreams);
    await pass(Math.min(30_000, runMs));
    const asked = sum(upstreams) - before;
    for (const upstream of upstreams) await upstream.recover();
    const wellAt = performance.now();
    await pass(3000);
    await callers.stop();
    const during = between(callers.ends, diedAt, wellAt);
    print("all three fail (500s)", {
      amplification: ratio(asked, during.length),
      "goodput after the recovery, for 3 s": share(
        between(callers.ends, wellAt, wellAt + 3000),
        ({ ok }) => ok,
      ),
      calls: String(during.length),
    });
  });
}

type Upstreams = readonly [DyingUpstream, DyingUpstream, DyingUpstream];

async function withLoad(
  run: (upstreams: Upstreams, callers: Callers) => Promise<void>,
): Promise<void> {
  const upstreams: Upstreams = [
    await startDyingUpstream(),
    await startDyingUpstream(),
    await startDyingUpstream(),
  ];
  const gateway = await startGateway(configFor(upstreams));
  try {
    await run(upstreams, startCallers(gateway.listen, rate));
  } finally {
    gateway.process.kill("SIGTERM");
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  }
}

/**
 * How long it takes until the first provider answers at least four fifths of its
 * third of all calls, over three seconds, in milliseconds. Undefined when it takes
 * too long.
 */
async function untilBack({ ends }: Callers, wellAt: number): Promise<number | undefined> {
  const windowMs = 3000;
  for (;;) {
    await pass(500);
    const now = performance.now();
    if (now - wellAt > recoveryMs) return undefined;
    if (now - wellAt < windowMs) continue;
    const last = between(ends, now - windowMs, now);
    const hers = last.filter(({ provider }) => provider === "boat-0").length;
    if (hers >= (last.length / 3) * 0.8) return now - wellAt - windowMs;
  }
}

function between(ends: readonly CallEnd[], from: number, to: number): readonly CallEnd[] {
  return ends.filter(({ startedAt }) => startedAt >= from && startedAt < to);
}

function attempts(ends: readonly CallEnd[]): number {
  return ends.reduce((total, { asked }) => total + asked.length, 0);
}

function sum(upstreams: Upstreams): number {
  return upstreams.reduce((total, { requests }) => total + requests, 0);
}

function share(ends: readonly CallEnd[], has: (end: CallEnd) => boolean): string {
  return `${((ends.filter(has).length / ends.length) * 100).toFixed(2)} %`;
}

function ratio(part: number, whole: number): string {
  return (part / whole).toFixed(3);
}

function print(name: string, figures: Readonly<Record<string, string>>): void {
  console.log(`\n${name}`);
  for (const [what, figure] of Object.entries(figures))
    console.log(`  ${figure.padStart(9)}  ${what}`);
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Three equals, each with half a second for an attempt. */
function configFor(upstreams: Upstreams): string {
  const providers = upstreams.map(
    ({ url }, index) =>
      `  boat-${index}: { type: openai-compatible, base_url: "${url}", timeout: 500ms }`,
  );
  return `
server: { listen: "127.0.0.1:0", grpc: "127.0.0.1:0", admin: "127.0.0.1:0" }
providers:
${providers.join("\n")}
routes:
  - models: [boat]
    targets: [{ provider: boat-0 }, { provider: boat-1 }, { provider: boat-2 }]
`;
}
