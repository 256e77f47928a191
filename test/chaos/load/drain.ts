import { type CallEnd, isAnswered, type MakeCall } from "./call-end.ts";
import { startChatProviders } from "./chat-providers.ts";
import { chatWithBoat } from "./chat-request.ts";
import { openConnectCaller } from "./connect-calls.ts";
import { type GatewayProcess, startGatewayProcess } from "./gateway-process.ts";
import { openGrpcCaller } from "./grpc-calls.ts";
import { isWanted, type LoadSettings, pass, type Row, type Scenario } from "./scenario.ts";
import { startSteadyLoad } from "./steady-load.ts";

/** A process is told to end while it is asked. */
export const drain: Scenario = {
  name: "drain",
  must: "SIGTERM under load: no call fails but those that find the door shut, and the process ends with 0.",
  columns: ["callers", "SIGTERMs", "calls", "answered", "found the door shut", "failed"],
  async *run(settings) {
    for (const [name, open] of Object.entries(callers)) {
      if (isWanted(settings, name)) yield stopOften(name, open, settings);
    }
  },
};

/** A client under load, and the way to let go of it. */
interface Caller {
  readonly call: MakeCall;
  close(): unknown;
}

const callers: Readonly<Record<string, (gateway: GatewayProcess) => Caller>> = {
  "gRPC (grpc-js)": (gateway) => overGrpc(gateway.grpc),
  "gRPC at the listener for everyone": (gateway) => overGrpc(gateway.listen),
  "Connect over HTTP/1.1 (undici)": ({ listen }) => {
    const caller = openConnectCaller(listen);
    return { call: (number) => caller.chat("boat", String(number)), close: caller.close };
  },
};

function overGrpc(address: string): Caller {
  const caller = openGrpcCaller(address);
  const options = { deadlineMs: 20_000 };
  return {
    call: (number) => caller.generate(chatWithBoat, { ...options, requestId: String(number) }),
    close: caller.close,
  };
}

/** How long it is asked before it is told to end, and for how long after it has. */
const beforeMs = 1500;
const afterMs = 300;
/** So many calls are under way at 200 a second: 30. */
const providersMs = 150;
/** A slow machine is not what is looked at. */
const longMs = 10_000;

async function stopOften(
  name: string,
  open: (gateway: GatewayProcess) => Caller,
  { rate, times }: LoadSettings,
): Promise<Row> {
  const providers = await startChatProviders(2, providersMs, longMs);
  const ends: CallEnd[] = [];
  let broken = 0;
  let wrongExits = 0;
  for (let time = 0; time < times; time++) {
    const gateway = await startGatewayProcess({ yaml: providers.yaml, keep: ["call ended"] });
    const caller = open(gateway);
    const load = startSteadyLoad(rate, async (number) => {
      const end = await caller.call(number);
      if (!isAnswered(end) && isBroken(end, number, gateway)) {
        broken++;
        console.error(`  ${end.code} ${end.reason ?? ""} ${end.said}`);
      }
      return end;
    });
    await pass(beforeMs);
    if ((await gateway.end("SIGTERM")) !== 0) wrongExits++;
    await pass(afterMs);
    await load.stop();
    await caller.close();
    ends.push(...load.ends);
  }
  providers.stop();
  const answered = ends.filter(isAnswered).length;
  const shut = ends.length - answered - broken;
  return {
    cells: [name, times, ends.length, answered, shut, broken].map(String),
    met: broken === 0 && wrongExits === 0,
  };
}

/** Whether a call failed that the gateway had taken, or for any reason but that nobody listened. */
function isBroken({ code, said }: CallEnd, number: number, { log }: GatewayProcess): boolean {
  const taken = log.some((line) => line["request_id"] === String(number));
  const refused = code === "ECONNREFUSED" || (code === "UNAVAILABLE" && said.includes("REFUSED"));
  return taken || !refused;
}
