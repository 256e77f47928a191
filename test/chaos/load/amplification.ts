import { dueBetween, isTyped } from "./call-end.ts";
import { startChatProviders } from "./chat-providers.ts";
import { chatWithBoat } from "./chat-request.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { openGrpcCaller } from "./grpc-calls.ts";
import type { Death } from "./providers/chat-server.ts";
import { isWanted, type LoadSettings, pass, type Row, type Scenario } from "./scenario.ts";
import { startSteadyLoad } from "./steady-load.ts";

/** All providers fail at once. */
export const amplification: Scenario = {
  name: "amplification",
  must: "All three targets fail for 30 s: at most 1.25 requests to providers for each call.",
  columns: ["all three", "calls", "requests to providers", "for each call"],
  async *run(settings) {
    for (const death of ways) if (isWanted(settings, death)) yield allFail(death, settings);
  },
};

const ways: readonly Death[] = [
  "answers 500",
  "answers 429",
  "answers 503, Retry-After 2 s",
  "resets",
  "breaks off its JSON",
];
const most = 1.25;
const longestMs = 30_000;
const wellMs = 10_000;

async function allFail(death: Death, { rate, seconds }: LoadSettings): Promise<Row> {
  const providers = await startChatProviders(3);
  const gateway = await startGatewayProcess({ yaml: providers.yaml });
  const caller = openGrpcCaller(gateway.grpc);
  const options = { deadlineMs: 10_000 };
  const load = startSteadyLoad(rate, () => caller.generate(chatWithBoat, options));
  const total = async () => (await providers.requests()).reduce((sum, count) => sum + count, 0);
  try {
    const runMs = Math.min(longestMs, seconds * 1000);
    await pass(Math.min(wellMs, runMs));
    await Promise.all([0, 1, 2].map((number) => providers.die(number, death)));
    const diedAt = performance.now();
    const before = await total();
    await pass(runMs);
    const requests = (await total()) - before;
    const endedAt = performance.now();
    await load.stop();
    const calls = dueBetween(load.ends, diedAt, endedAt).length;
    return {
      cells: [death, String(calls), String(requests), (requests / calls).toFixed(3)],
      met: requests <= calls * most && load.ends.every(isTyped),
    };
  } finally {
    await load.stop();
    caller.close();
    await gateway.end("SIGTERM");
    providers.stop();
  }
}
