import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** Where the project is. */
export const root = resolve(import.meta.dirname, "../..");

/** A gateway as a user starts it. */
export interface RunningGateway {
  readonly process: ChildProcess;
  /** The addresses, as "host:port". */
  readonly listen: string;
  readonly grpc: string;
}

/** Starts the process with a configuration, and waits until it listens. */
export async function startGateway(
  yaml: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningGateway> {
  const config = join(mkdtempSync(join(tmpdir(), "spillway-interop-")), "spillway.yaml");
  writeFileSync(config, yaml);
  const child = spawn(process.execPath, ["src/main.ts", "serve", "--config", config], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith("{")) continue;
    const entry = JSON.parse(line);
    if (entry.msg !== "listening") continue;
    child.stdout.resume();
    return { process: child, listen: entry.listen, grpc: entry.grpc };
  }
  throw new Error(`the gateway ended with ${child.exitCode} before it listened`);
}
