import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../../interop/start-gateway.ts";

/** A gateway as its operator runs it: a process with a configuration in a file. */
export interface GatewayProcess {
  readonly child: ChildProcess;
  /** The addresses, as "host:port". */
  readonly listen: string;
  readonly grpc: string;
  /** The lines of its log so far that were asked for. */
  readonly log: readonly LogLine[];
  /** Replaces the file. */
  write(yaml: string): void;
  /** Ends it by a signal, and waits until it has ended. Returns its exit code. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** How a gateway is started. */
export interface GatewayOptions {
  /** All of it but `server`. */
  readonly yaml: string;
  /** The addresses of a process before, which this one takes over. Default: free ports. */
  readonly at?: Pick<GatewayProcess, "listen" | "grpc">;
  /** The messages of the log lines that are kept. Default none. */
  readonly keep?: readonly string[];
  /** Whether it reads the file again when that changes. Default true. */
  readonly watch?: boolean;
  /** The process's `retry_budget`. Default the default one. */
  readonly retryBudget?: string;
  /** What Node itself is told; with any, there is an IPC channel. */
  readonly node?: readonly string[];
}

/** Starts one, and waits until it listens. */
export async function startGatewayProcess(options: GatewayOptions): Promise<GatewayProcess> {
  const { at, keep = [], watch = true, retryBudget, node = [] } = options;
  const path = join(mkdtempSync(join(tmpdir(), "spillway-chaos-")), "spillway.yaml");
  const ports = at ?? { listen: "127.0.0.1:0", grpc: "127.0.0.1:0" };
  const budget = retryBudget === undefined ? "" : `, retry_budget: ${retryBudget}`;
  const server = `server: { listen: "${ports.listen}", grpc: "${ports.grpc}", drain: 20s, watch: ${watch}${budget} }\n`;
  const write = (yaml: string) => writeFileSync(path, server + yaml);
  write(options.yaml);
  const child = spawn(process.execPath, [...node, "src/main.ts", "serve", "--config", path], {
    cwd: root,
    env: { ...process.env, SPILLWAY_LOG_LEVEL: keep.length > 0 ? "debug" : "info" },
    stdio: ["ignore", "pipe", "inherit", ...(node.length > 0 ? (["ipc"] as const) : [])],
  });
  const log: LogLine[] = [];
  const kept = keep.map((message) => `"msg":"${message}"`);
  const started = Promise.withResolvers<LogLine>();
  if (child.stdout === null) throw new Error("there is no output");
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (kept.some((text) => line.includes(text))) log.push(JSON.parse(line));
    if (line.includes('"msg":"listening"')) started.resolve(JSON.parse(line));
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  void exited.then((code) => started.reject(new Error(`the gateway ended with ${code}`)));
  const { listen, grpc } = await started.promise;
  return {
    child,
    listen: String(listen),
    grpc: String(grpc),
    log,
    write,
    async end(signal) {
      child.kill(signal);
      return exited;
    },
  };
}
