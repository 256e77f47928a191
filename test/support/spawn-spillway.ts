import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, vi } from "vitest";

/** The program as its users start it: a process of its own. */
export interface SpillwayProcess {
  readonly pid: number;
  /** Everything that it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of its output that are log lines. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Waits until it has written this to either stream. Rejects when it ends without. */
  wrote(text: string): Promise<void>;
  /** Waits for a line of its log with this message, the first or the one of this number. Rejects when it ends without. */
  logged(message: string, number?: number): Promise<Readonly<Record<string, unknown>>>;
  kill(signal: "SIGTERM" | "SIGINT" | "SIGKILL" | "SIGHUP"): void;
  /** Its exit code once it has ended; -1 when a signal ended it. */
  readonly exited: Promise<number>;
}

// A start takes one second, but ten on a machine that does much else, and a test has several.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

/** Half of a start is the reading of the sources, which Node then does once for all processes. */
const compileCache = join(tmpdir(), "spillway-compile-cache");

/** Starts the program with these words after its name, and with none of the keys of this process's environment. */
export function spawnSpillway(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  program = "src/main.ts",
): SpillwayProcess {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  const text = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8");
    child[stream].on("data", (chunk: string) => {
      text[stream] += chunk;
      for (const watcher of watchers) watcher();
    });
  }
  let over = false;
  const exited = new Promise<number>((resolve) => {
    child.once("close", (code) => {
      over = true;
      for (const watcher of watchers) watcher();
      resolve(code ?? -1);
    });
  });

  function until<T>(find: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const watcher = () => {
        const found = find();
        if (found !== undefined) resolve(found);
        else if (over) reject(new Error(`no ${what} in:\n${text.stdout}\n${text.stderr}`));
        else return;
        watchers.delete(watcher);
      };
      watchers.add(watcher);
      watcher();
    });
  }

  const spillway: SpillwayProcess = {
    pid: child.pid ?? 0,
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    get log() {
      // What is behind the last end of a line is not all of its line yet.
      return text.stdout
        .split("\n")
        .slice(0, -1)
        .filter((line) => line.startsWith("{") && line.endsWith("}"))
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    },
    async wrote(wanted) {
      const has = () => text.stdout.includes(wanted) || text.stderr.includes(wanted);
      await until(() => has() || undefined, wanted);
    },
    logged: (message, number = 1) =>
      until(
        () => spillway.log.filter(({ msg }) => msg === message)[number - 1],
        `log line "${message}" of number ${number}`,
      ),
    kill: (signal) => void child.kill(signal),
    exited,
  };
  return spillway;
}
