import { type Ask, askOf } from "./ask.ts";
import { startChatProviders } from "./chat-providers.ts";
import { chatWithBoat } from "./chat-request.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { type GrpcCallOptions, openGrpcCaller } from "./grpc-calls.ts";
import type { Rest } from "./preload/tell-rest.ts";
import type { Death } from "./providers/chat-server.ts";
import { isWanted, type LoadSettings, pass, type Row, type Scenario } from "./scenario.ts";

/** Requests fail, many of each kind, and nothing of them stays behind. */
export const leaks: Scenario = {
  name: "leaks",
  must: "After so many requests that fail in one way, after as many to warm up, the heap is at most 2 MB larger, the whole process at most 10 MB, and no more than two handles more are open. What V8 keeps of pages that it does not need is given back before.",
  columns: [
    "kind",
    "failed",
    "heap before",
    "heap after",
    "memory before",
    "memory after",
    "handles",
  ],
  async *run(settings) {
    for (const kind of kinds) if (isWanted(settings, kind.name)) yield failMuch(kind, settings);
  },
};

/** One way in which requests fail. */
interface Kind {
  readonly name: string;
  readonly death: Death;
  readonly call: GrpcCallOptions;
}

const patient = { deadlineMs: 10_000 };

const kinds: readonly Kind[] = [
  { name: "refused connection", death: "refuses", call: patient },
  { name: "error 500", death: "answers 500", call: patient },
  { name: "deadline", death: "black hole", call: { deadlineMs: 30 } },
  { name: "caller who leaves", death: "black hole", call: { ...patient, leaveAfterMs: 15 } },
  { name: "bad answer", death: "sends a page under 200", call: patient },
  { name: "answer cut off", death: "breaks off its JSON", call: patient },
];

const mostHeapBytes = 2_000_000;
/** The allocator of C has holes. */
const mostResidentBytes = 10_000_000;
/** Timers of the process itself come and go. */
const mostHandles = 2;
/** So many requests run at the same time. */
const together = 50;
/** Connections are kept idle for a few seconds; nothing else lasts longer. */
const longestRestMs = 20_000;

async function failMuch(kind: Kind, { failures }: LoadSettings): Promise<Row> {
  const providers = await startChatProviders(1);
  await providers.die(0, kind.death);
  const gateway = await startGatewayProcess({
    yaml: providers.yaml,
    node: ["--expose-gc", "--import", "./test/chaos/load/preload/tell-rest.ts"],
  });
  const ask = askOf(gateway.child);
  try {
    await failMany(gateway.grpc, kind, failures);
    const before = await comeToRest(ask, 0);
    await failMany(gateway.grpc, kind, failures);
    const after = await comeToRest(ask, before.handles);
    return {
      cells: [
        kind.name,
        String(failures),
        megabytes(before.heapBytes),
        megabytes(after.heapBytes),
        megabytes(before.residentBytes),
        megabytes(after.residentBytes),
        `${before.handles}, then ${after.handles}`,
      ],
      met:
        after.heapBytes - before.heapBytes <= mostHeapBytes &&
        after.residentBytes - before.residentBytes <= mostResidentBytes &&
        after.handles <= before.handles + mostHandles,
    };
  } finally {
    await gateway.end("SIGTERM");
    providers.stop();
  }
}

/** By a caller of its own, whose connection is gone when it is done. */
async function failMany(address: string, { call }: Kind, count: number): Promise<void> {
  const caller = openGrpcCaller(address);
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const { code } = await caller.generate(oneAttempt, call);
      if (code === "OK") throw new Error("a request succeeded");
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
  caller.close();
}

/** A fault is not asked for again after a while: that is the same failure, only later. */
const oneAttempt = { ...chatWithBoat, routing: { maxAttempts: 1 } };

/** What the process holds once it holds no more handles than this, or will not let go of them. */
async function comeToRest(ask: Ask, handles: number): Promise<Rest> {
  const startedAt = performance.now();
  let last: Rest | undefined;
  for (;;) {
    await pass(1000);
    const rest = (await ask("rest")) as Rest;
    const atRest =
      handles > 0 ? rest.handles <= handles + mostHandles : rest.handles === last?.handles;
    const waitedMs = performance.now() - startedAt;
    if ((atRest && waitedMs > leastRestMs) || waitedMs > longestRestMs) return rest;
    last = rest;
  }
}

const leastRestMs = 6000;

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
