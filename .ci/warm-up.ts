import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/*
 * Starts the gateway once and ends it, after an install: what Node compiles on
 * the way it keeps (src/main.ts), so that a user's first start is as quick as
 * the others.
 */
const folder = mkdtempSync(join(tmpdir(), "spillway-warm-up-"));
const config = join(folder, "spillway.yaml");
const anyPort = "127.0.0.1:0";
writeFileSync(
  config,
  `server: { listen: "${anyPort}", grpc: "${anyPort}", admin: "${anyPort}" }\nsandbox: true\n`,
);
const gateway = spawn(process.execPath, ["dist/spillway.js", "serve", "--config", config], {
  stdio: ["ignore", "pipe", "inherit"],
  env: { ...process.env, SPILLWAY_LOG_LEVEL: "info" },
});
const tooLong = setTimeout(() => gateway.kill("SIGKILL"), 60_000);
const ended = once(gateway, "exit");
for await (const line of createInterface(gateway.stdout)) {
  if (line.includes('"listening"')) gateway.kill("SIGTERM");
}
await ended;
clearTimeout(tooLong);
rmSync(folder, { recursive: true });
