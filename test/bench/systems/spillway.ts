import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { startChild } from "../measure/child.ts";
import type { Place } from "../measure/pin.ts";
import { runFolder } from "../scratch.ts";
import type { RunningSystem } from "./system.ts";

/** Spillway as its users start it, running. */
export interface Spillway extends RunningSystem {
  /** Connect, gRPC-Web and gRPC. */
  readonly connect: string;
  /** The listener for gRPC alone. */
  readonly grpc: string;
  /** From the start of the process to the log line "listening". */
  readonly startMs: number;
  /** Asks it to end, and waits until it has. */
  end(): Promise<void>;
}

/** What share of requests is traced, and how their spans travel. */
export interface Tracing {
  readonly ratio: number;
  readonly protocol: "http/json" | "http/protobuf";
}

/** How a Spillway to be measured differs from the usual one. */
export interface SpillwayOptions {
  readonly name?: string | undefined;
  /** Undefined: none. */
  readonly tracing?: Tracing | undefined;
  readonly workers?: number | undefined;
  readonly place?: Place | undefined;
}

/** What the judged figures are measured with. */
export const usualTracing: Tracing = { ratio: 0.1, protocol: "http/json" };

/** Starts it with the benchmark's routes in front of an upstream. */
export function startSpillway(
  { upstream: { origin }, sources, program }: Bench,
  options: SpillwayOptions = { tracing: usualTracing },
): Promise<Spillway> {
  const { name = "Spillway", tracing, workers, place } = options;
  const config = join(runFolder, `${name.replaceAll(/\W+/g, "-")}.yaml`);
  writeFileSync(config, configuration(origin, workers));
  return startProgram({
    sources,
    program,
    name,
    config,
    place,
    environment: tracing === undefined ? {} : tracingVariables(origin, tracing),
  });
}

/** Starts it with any configuration. */
export async function startProgram(options: {
  /** The folder of the project. */
  readonly sources: string;
  /** The file of it that Node is to run. */
  readonly program: string;
  readonly name: string;
  readonly config: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly place?: Place | undefined;
}): Promise<Spillway> {
  const { sources, name, config, environment, place = "measured" } = options;
  const started = performance.now();
  const child = await startChild({
    name,
    command: [process.execPath, join(sources, options.program), "serve", "--config", config],
    cwd: sources,
    place,
    environment,
    ready: (output) => listening(output) !== undefined,
  });
  const startMs = performance.now() - started;
  const { listen, grpc } = listening(child.output()) ?? {};
  return {
    ...child,
    name,
    connect: `http://${listen}`,
    grpc: `http://${grpc}`,
    startMs,
  };
}

function listening(output: string): Readonly<Record<string, string>> | undefined {
  const line = output.split("\n").find((each) => each.includes('"msg":"listening"'));
  if (line === undefined || !line.endsWith("}")) return undefined;
  return JSON.parse(line) as Readonly<Record<string, string>>;
}

function tracingVariables(origin: string, tracing: Tracing): Readonly<Record<string, string>> {
  return {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${origin}/v1/traces`,
    OTEL_EXPORTER_OTLP_PROTOCOL: tracing.protocol,
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: String(tracing.ratio),
    // Whoever traces every request of a busy gateway gives the queue room for them.
    OTEL_BSP_MAX_QUEUE_SIZE: "65536",
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "2048",
    OTEL_BSP_SCHEDULE_DELAY: "250",
  };
}

/** A standby behind the first target of every model, as there is one in earnest. */
function configuration(origin: string, workers: number | undefined): string {
  const custom = ["burst", "paced", "slow", "down", "spare"].map((slug) => {
    // The slow one is a host of its own, as it is in earnest.
    const base = `${slug === "slow" ? origin.replace("127.0.0.1", "127.0.0.2") : origin}/${slug}/v1`;
    return `  ${slug}: { type: openai-compatible, base_url: "${base}", allow_private_network: true }`;
  });
  return `
server:
  listen: 127.0.0.1:0
  grpc: 127.0.0.1:0
  admin: 127.0.0.1:0${workers === undefined ? "" : `\n  workers: ${workers}`}
providers:
  openai: { keys: [sk-bench], base_url: "${origin}/fast/v1", allow_private_network: true }
${custom.join("\n")}
routes:
  - models: [gpt-5.4-mini, gpt-image-2]
    targets: [{ provider: openai }, { provider: spare, priority: 1 }]
  - models: [burst]
    targets: [{ provider: burst }, { provider: spare, priority: 1 }]
  - models: [paced]
    targets: [{ provider: paced }, { provider: spare, priority: 1 }]
  - models: [slow]
    targets: [{ provider: slow }, { provider: spare, priority: 1 }]
  - models: [failover]
    targets: [{ provider: down }, { provider: spare, priority: 1 }]
`;
}
