import { isAnswered } from "./call-end.ts";
import { startChatProviders } from "./chat-providers.ts";
import { chatWithBoat } from "./chat-request.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { openGrpcCaller } from "./grpc-calls.ts";
import { isWanted, type LoadSettings, pass, type Row, type Scenario } from "./scenario.ts";
import { startSteadyLoad } from "./steady-load.ts";

/** A configuration is replaced while it is in use. */
export const reload: Scenario = {
  name: "reload",
  must: "The configuration changes under load: no call fails, and each configuration has served.",
  columns: ["told by", "reloads", "calls", "failed", "configurations that served"],
  async *run(settings) {
    for (const by of ["the file", "SIGHUP"] as const) {
      if (isWanted(settings, by)) yield reloadOften(by, settings);
    }
  },
};

const everyMs = 1000;
/** A slow machine is not what is looked at. */
const longMs = 10_000;

async function reloadOften(by: "the file" | "SIGHUP", { rate, times }: LoadSettings): Promise<Row> {
  const providers = await startChatProviders(2, 100, longMs);
  const gateway = await startGatewayProcess({
    yaml: providers.yaml,
    keep: ["configuration reloaded"],
    watch: by === "the file",
  });
  const caller = openGrpcCaller(gateway.grpc);
  const served = new Set<string>();
  const load = startSteadyLoad(rate, async () => {
    const { response, ...end } = await caller.generate(chatWithBoat, { deadlineMs: 20_000 });
    if (response !== undefined) served.add(response.configVersion);
    return end;
  });
  await pass(everyMs);
  for (let time = 1; time <= times; time++) {
    gateway.write(`${providers.yaml}    timeout: ${60 + time}s\n`);
    if (by === "SIGHUP") gateway.child.kill("SIGHUP");
    await pass(everyMs);
  }
  await load.stop();
  caller.close();
  await gateway.end("SIGTERM");
  providers.stop();
  const reloads = gateway.log.length;
  const failed = load.ends.filter((end) => !isAnswered(end)).length;
  return {
    cells: [by, reloads, load.ends.length, failed, served.size].map(String),
    met: failed === 0 && reloads === times && served.size === times + 1,
  };
}
