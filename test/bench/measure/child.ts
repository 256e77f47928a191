import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runFolder } from "../scratch.ts";
import { type Place, pinned } from "./pin.ts";

/** A program that the benchmark started. */
export interface Child {
  readonly pid: number;
  /** All that it has written to standard output. */
  output(): string;
  /** Asks it to end, and waits until it has. */
  end(): Promise<void>;
  /** Kills it, and waits until it has ended. */
  stop(): Promise<void>;
}

/** How a program is started. */
export interface ChildOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly place: Place;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** It runs when this finds something in its output. At most 60 seconds. */
  readonly ready: (output: string) => boolean;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

/**
 * Starts a program on its processor, in an environment without anything of ours,
 * and waits until it is ready. Its output goes to a file, so that reading it
 * costs no one processor time while something is measured.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const file = join(runFolder, `${options.name.replaceAll(/\W+/g, "-")}.log`);
  const output = openSync(file, "w");
  const [program, ...words] = pinned(options.place, options.command);
  const child = spawn(program, words, {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...options.environment },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  running.add(child);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  void ended.then(() => running.delete(child));
  const read = () => readFileSync(file, "utf8");
  const patience = performance.now() + 60_000;
  while (!options.ready(read())) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > patience)
      throw new Error(`${options.name} did not start:\n${read()}`);
    await sleep(10);
  }
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.name} has no process id`);
  return {
    pid,
    output: read,
    async end() {
      child.kill("SIGTERM");
      await ended;
    },
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
