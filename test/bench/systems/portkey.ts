import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChild } from "../measure/child.ts";
import { scratch } from "../scratch.ts";
import { freePort } from "./free-port.ts";
import type { RunningSystem } from "./system.ts";

/** The version of Portkey's gateway that is compared. */
export const portkeyVersion = "1.15.2";

/**
 * As its own lock file has them (github.com/Portkey-AI/gateway, 2026-05-25): with
 * the newest that its package.json allows it answers 500 to streams and edits.
 */
const locked = { "@hono/node-server": "1.13.5", hono: "4.9.7" } as const;

/** Portkey's gateway, running. */
export interface Portkey extends RunningSystem {
  readonly origin: string;
  /** What tells it to act as OpenAI's client towards an upstream whose base is this. */
  headersFor(base: string): Readonly<Record<string, string>>;
}

/** Installs it where no commit sees it, and starts it on the same Node, without its console and the log that belongs to that. */
export async function startPortkey(): Promise<Portkey> {
  const program = install();
  const port = await freePort();
  const child = await startChild({
    name: "portkey",
    command: [process.execPath, program, `--port=${port}`, "--headless"],
    place: "measured",
    environment: { NODE_ENV: "production" },
    ready: (output) => output.includes("running"),
  });
  return {
    name: "Portkey",
    pid: child.pid,
    origin: `http://127.0.0.1:${port}`,
    headersFor: (base) => ({
      authorization: "Bearer sk-bench",
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": base,
    }),
    stop: child.stop,
  };
}

function install(): string {
  const folder = join(scratch, `portkey-${portkeyVersion}-hono-${locked.hono}`);
  const program = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, overrides: locked }));
  execFileSync(
    "npm",
    [
      "install",
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      `@portkey-ai/gateway@${portkeyVersion}`,
    ],
    { cwd: folder, stdio: ["ignore", "ignore", "inherit"] },
  );
  return program;
}
