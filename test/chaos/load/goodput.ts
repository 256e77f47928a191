import { dueBetween, isAnswered, isTyped } from "./call-end.ts";
import { attemptMs, type ChatProviders, startChatProviders } from "./chat-providers.ts";
import { chatWithBoat } from "./chat-request.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { openGrpcCaller } from "./grpc-calls.ts";
import { type Death, deaths } from "./providers/chat-server.ts";
import { isWanted, type LoadSettings, pass, percent, type Row, type Scenario } from "./scenario.ts";
import { startSteadyLoad } from "./steady-load.ts";

/** One of three equal providers dies, in each way, and comes back. */
export const goodput: Scenario = {
  name: "goodput",
  must: `Of three equal targets one dies, an attempt's time being ${attemptMs / 1000} s: at least 99.9 % of the calls are answered while it is dead, at most 1 % touch it after 5 s, and within 60 s of its recovery it has its share again.`,
  columns: ["one of three", "answered", "slowest", "touch it after 5 s", "back at its share after"],
  async *run(settings) {
    for (const death of deaths) if (isWanted(settings, death)) yield oneDies(death, settings);
  },
};

const leastAnswered = 0.999;
const mostTouching = 0.01;
const longestReturnMs = 60_000;
/** How long everyone is well at first. */
const wellMs = 10_000;
/** How long after a death it is to be noticed. */
const noticedMs = 5_000;
const deadlineMs = 10_000;

async function oneDies(death: Death, { rate, seconds }: LoadSettings): Promise<Row> {
  const providers = await startChatProviders(3);
  const gateway = await startGatewayProcess({ yaml: providers.yaml });
  const caller = openGrpcCaller(gateway.grpc);
  const load = startSteadyLoad(rate, () => caller.generate(chatWithBoat, { deadlineMs }));
  try {
    await pass(Math.min(wellMs, seconds * 1000));
    const diedAt = performance.now();
    await providers.die(0, death);
    await pass(noticedMs);
    const noticedAt = performance.now();
    const [touchedBefore = 0] = await providers.requests();
    await pass(seconds * 1000 - noticedMs);
    const [touchedAfter = 0] = await providers.requests();
    const wellAt = performance.now();
    await providers.recover(0);
    const backMs = await untilBack(providers, wellAt);
    await load.stop();

    const during = dueBetween(load.ends, diedAt, wellAt);
    const late = dueBetween(load.ends, noticedAt, wellAt);
    const answered = during.filter(isAnswered).length;
    // Nobody sees a connection that is refused but who made it.
    const touching =
      death === "refuses"
        ? late.filter(({ asked }) => asked.includes("boat-0")).length
        : touchedAfter - touchedBefore;
    const slowestMs = Math.max(...during.map(({ tookMs }) => tookMs));
    return {
      cells: [
        death,
        percent(answered, during.length),
        `${Math.round(slowestMs)} ms`,
        percent(touching, late.length),
        backMs === undefined ? "not in time" : `${(backMs / 1000).toFixed(1)} s`,
      ],
      met:
        answered >= during.length * leastAnswered &&
        touching <= late.length * mostTouching &&
        backMs !== undefined &&
        load.ends.every(isTyped),
    };
  } finally {
    await load.stop();
    caller.close();
    await gateway.end("SIGTERM");
    providers.stop();
  }
}

/**
 * How long it takes until the first provider has at least four fifths of a third of
 * the requests, over three seconds, in milliseconds. Undefined when it takes too long.
 */
async function untilBack(providers: ChatProviders, wellAt: number): Promise<number | undefined> {
  const stepMs = 500;
  const steps = 6;
  const counts: (readonly number[])[] = [];
  for (;;) {
    counts.push(await providers.requests());
    const sinceMs = performance.now() - wellAt - stepMs * steps;
    if (sinceMs > longestReturnMs) return undefined;
    const [before, now] = [counts.at(-1 - steps), counts.at(-1)];
    if (before !== undefined && now !== undefined) {
      const got = now.map((count, number) => count - (before[number] ?? 0));
      const all = got.reduce((sum, count) => sum + count, 0);
      if (all > 0 && (got[0] ?? 0) >= (all / 3) * 0.8) return Math.max(0, sinceMs);
    }
    await pass(stepMs);
  }
}
