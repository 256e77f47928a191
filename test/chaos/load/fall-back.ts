import { askOf, startHelper } from "./ask.ts";
import { chatWithBoat } from "./chat-request.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { openGrpcCaller } from "./grpc-calls.ts";
import type { NotedExchange } from "./preload/note-exchanges.ts";
import type { Death } from "./providers/chat-server.ts";
import { isWanted, type LoadSettings, type Row, type Scenario } from "./scenario.ts";

/** The first target of a request fails, and the next is asked. */
export const fallBack = {
  name: "fall-back",
  must: "From the failure of an attempt to the next target's request on the wire: at most 1 ms for half of them and 5 ms for 99 %, unloaded.",
  columns: ["the first target", "samples", "p50", "p99"],
  async *run(settings: Pick<LoadSettings, "only">) {
    for (const death of ways) if (isWanted(settings, death)) yield measure(death);
  },
} satisfies Scenario;

const mostP50 = 1;
const mostP99 = 5;
const samples = 2000;
const warmUp = 200;

const ways: readonly Death[] = [
  "refuses",
  "resets",
  "answers 500",
  "answers 429",
  "sends a page under 200",
];

/** An answer that is a fault is asked for once more, after a while: so many wait at the same time. */
const lanes = 10;

async function measure(death: Death): Promise<Row> {
  const { ask, stop } = startHelper("./providers/chat-process.ts");
  const urls = (await ask("open", lanes * 2, 0)) as readonly string[];
  const pairs = Array.from({ length: lanes }, (_, lane) => urls.slice(lane * 2, lane * 2 + 2));
  for (let lane = 0; lane < lanes; lane++) await ask("die", lane * 2, death);
  const gateway = await startGatewayProcess({
    yaml: configOf(pairs),
    retryBudget: "{ ratio: 10, floor: 100000 }",
    node: ["--import", "./test/chaos/load/preload/note-exchanges.ts"],
  });
  const askGateway = askOf(gateway.child);
  const caller = openGrpcCaller(gateway.grpc);
  const together = death === "answers 500" || death.startsWith("sends") ? lanes : 1;
  const askMany = (count: number) =>
    Promise.all(
      Array.from({ length: together }, async (_, lane) => {
        const request = { ...chatWithBoat, model: `boat-${lane}` };
        for (let number = 0; number < count / together; number++) {
          const { code } = await caller.generate(request, { deadlineMs: 10_000 });
          if (code !== "OK") throw new Error(`a call ended with ${code}`);
        }
      }),
    );
  try {
    await askMany(warmUp);
    await askGateway("noted");
    await askMany(samples);
    const noted = (await askGateway("noted")) as readonly NotedExchange[];
    const steps = pairs.flatMap((pair) => stepsOf(noted, pair)).sort((a, b) => a - b);
    const at = (share: number) => steps[Math.ceil(steps.length * share) - 1] ?? Number.NaN;
    const [p50, p99] = [at(0.5), at(0.99)];
    return {
      cells: [death, String(steps.length), `${p50.toFixed(2)} ms`, `${p99.toFixed(2)} ms`],
      met: p50 <= mostP50 && p99 <= mostP99 && steps.length >= samples,
    };
  } finally {
    caller.close();
    await gateway.end("SIGTERM");
    stop();
  }
}

/** The times from the last end at a pair's first to each beginning at its second, in milliseconds. */
function stepsOf(noted: readonly NotedExchange[], pair: readonly string[]): number[] {
  const [first, second] = pair.map((url) => Number(new URL(url).port));
  const steps: number[] = [];
  let failedAt: number | undefined;
  for (const { kind, port, at } of noted) {
    if (port === first && kind === "over") failedAt = at;
    if (port !== second || kind !== "sent" || failedAt === undefined) continue;
    steps.push(at - failedAt);
    failedAt = undefined;
  }
  return steps;
}

/** Pairs of targets that stay in service whatever they do, and as many attempts as it takes. */
function configOf(pairs: readonly (readonly string[])[]): string {
  const health = "health: { failures: 1000000, ratio: 1 }";
  const providers = pairs.flatMap((pair, lane) =>
    pair.map(
      (url, place) =>
        `  boat-${lane}-${place}: { type: openai-compatible, base_url: "${url}", ${health} }`,
    ),
  );
  const routes = pairs.map(
    (_, lane) =>
      `  - { models: [boat-${lane}], targets: [{ provider: boat-${lane}-0 }, { provider: boat-${lane}-1, priority: 1 }] }`,
  );
  return `providers:\n${providers.join("\n")}\nroutes:\n${routes.join("\n")}\n`;
}
