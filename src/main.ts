#!/usr/bin/env node
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { connectTo } from "./cli/client.ts";
import { outputFiles } from "./cli/output-files.ts";
import { runProgram } from "./cli/program.ts";
import { processTerminal } from "./cli/terminal.ts";
import type { Config } from "./config/config.ts";
import { DirectoryError } from "./domain/directory-error.ts";
import { ListenError } from "./domain/listen-error.ts";
import { banner } from "./process/banner.ts";
import { offlineGateway } from "./process/offline-gateway.ts";
import type { ProcessWorld } from "./process/process-world.ts";
import { runSandbox } from "./process/run-sandbox.ts";
import { serve } from "./process/serve.ts";
import { readExportSettings } from "./telemetry/export-settings.ts";
import { systemClock } from "./transport/system-clock.ts";

/**
 * The process: the one place that takes the real clock, chance, environment,
 * signals and streams, and hands them to all the rest.
 */
const { version } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { readonly version: string };

const world: ProcessWorld = {
  clock: systemClock,
  random: Math.random,
  newId: randomUUID,
  version,
  // So that a person sees the embedded providers' streams flow.
  paceMs: 25,
};

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort());
}

const terminal = processTerminal(process.stdout, process.stderr);

process.exitCode = await runProgram(process.argv.slice(2), {
  version,
  world: {
    terminal,
    environment: process.env,
    readFile: (path) => readFileSync(path, "utf8"),
    files: outputFiles,
    connect: connectTo,
    offline: (config) => offlineGateway(config, world),
    signal: interrupted.signal,
  },
  serve: (config) => listening(serveUntilStopped(config)),
  sandbox: (options) => listening(runSandbox(options, world, terminal, interrupted.signal)),
});

/** Says in a line which address or directory cannot be had, and that the program has failed. */
async function listening(running: Promise<number>): Promise<number> {
  try {
    return await running;
  } catch (error) {
    if (!(error instanceof ListenError || error instanceof DirectoryError)) throw error;
    terminal.error(`${error.message}\n`);
    return 1;
  }
}

async function serveUntilStopped(config: Config): Promise<number> {
  const read = readExportSettings(process.env);
  if (read.kind === "invalid") {
    for (const problem of read.problems) terminal.error(`${problem}\n`);
    return 1;
  }
  const gateway = await serve(config, read.settings, world);
  const { logger, addresses } = gateway;
  logger.info(
    {
      ...addresses,
      sandbox: config.sandbox.enabled,
      config: config.source,
      config_version: config.version,
      version,
    },
    "listening",
  );
  if (config.sandbox.enabled || terminal.isTty) {
    terminal.write(banner(addresses, config.sandbox.enabled));
  }
  if (!interrupted.signal.aborted) {
    await new Promise((resolve) => {
      interrupted.signal.addEventListener("abort", resolve, { once: true });
    });
  }
  logger.info({ drain_ms: config.server.drainMs }, "draining");
  await gateway.stop();
  logger.info("stopped");
  return 0;
}
