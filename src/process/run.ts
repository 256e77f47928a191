import type { Cluster } from "node:cluster";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import manifest from "../../package.json" with { type: "json" };
import { connectTo } from "../cli/client.ts";
import { outputFiles } from "../cli/output-files.ts";
import { runProgram } from "../cli/program.ts";
import { processTerminal } from "../cli/terminal.ts";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/read-config.ts";
import { DirectoryError } from "../domain/directory-error.ts";
import { ListenError } from "../domain/listen-error.ts";
import { readExportSettings } from "../telemetry/export-settings.ts";
import { banner } from "./banner.ts";
import type { ConfigFiles, ConfigSource } from "./config-source.ts";
import { offlineGateway } from "./offline-gateway.ts";
import { openToAllWarning } from "./open-to-all.ts";
import type { ProcessWorld } from "./process-world.ts";
import { runSandbox } from "./run-sandbox.ts";
import { serve } from "./serve.ts";
import { systemClock } from "./system-clock.ts";
import { watchFolder } from "./watch-folder.ts";
import { roleOf } from "./workers/node-cluster.ts";
import { runWorker } from "./workers/run-worker.ts";
import { serveWithWorkers } from "./workers/serve-with-workers.ts";

/** What a process has by chance. */
export type Chance = Pick<ProcessWorld, "random" | "newId">;

/**
 * Runs the program in a process: takes the real clock, environment, signals and
 * streams, and hands them to all the rest. Returns the exit code.
 */
export async function run(host: NodeJS.Process, cluster: Cluster, chance: Chance): Promise<number> {
  const world: ProcessWorld = {
    ...chance,
    clock: systemClock,
    version: manifest.version,
    // So that a person sees the embedded providers' streams flow.
    paceMs: 25,
  };
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    host.once(signal, () => interrupted.abort());
  }

  // A signal to the whole group reaches the primary too, and it tells all workers.
  if (cluster.isWorker) host.on("SIGHUP", () => {});
  const role = cluster.isWorker ? await roleOf(host) : undefined;
  const files = new Map(role?.files);

  const terminal = processTerminal(host.stdout, host.stderr);

  /** Says in a line which address or directory cannot be had, and that the program has failed. */
  async function failingPlainly(running: Promise<number>): Promise<number> {
    try {
      return await running;
    } catch (error) {
      if (!(error instanceof ListenError || error instanceof DirectoryError)) throw error;
      terminal.error(`${error.message}\n`);
      return 1;
    }
  }

  function readFile(path: string): string {
    return readFileSync(path, "utf8");
  }

  /** Reads a file for the first time. Every worker begins with what the first process has read. */
  function readAtStart(path: string): string {
    const text = files.get(path) ?? readFile(path);
    files.set(path, text);
    return text;
  }

  function sourceOf(path: string): ConfigSource {
    const read = (given?: ConfigFiles) => {
      const files = new Map<string, string>();
      const result = readConfig(path, {
        environment: host.env,
        readFile(path) {
          const text = given?.get(path) ?? readFile(path);
          files.set(path, text);
          return text;
        },
      });
      return { ...result, files };
    };
    return { path, read, applied: role?.applied, watchFolder };
  }

  async function serveUntilStopped(
    config: Config,
    source: ConfigSource | undefined,
  ): Promise<number> {
    const read = readExportSettings(host.env);
    if (read.kind === "invalid") {
      for (const problem of read.problems) terminal.error(`${problem}\n`);
      return 1;
    }
    const { settings } = read;
    if (role !== undefined) {
      return runWorker(config, settings, world, source, { host, cluster, role, interrupted });
    }
    let reload: (() => void) | undefined;
    let wantsReload = false;
    // A signal that nobody listens to would end a process that has just begun.
    if (source !== undefined) {
      host.on("SIGHUP", () => {
        if (reload === undefined) wantsReload = true;
        else reload();
      });
    }
    const count = countOf(config.server.workers);
    const gateway =
      count === 1
        ? await serve(config, settings, world, source)
        : await serveWithWorkers(config, settings, world, { count, cluster, files });
    // A signal to the whole group may have ended workers that had just begun.
    if (gateway === undefined) return interrupted.signal.aborted ? 0 : 1;
    const { logger, addresses } = gateway;
    reload = gateway.reload;
    logger.info(
      {
        ...addresses,
        sandbox: config.sandbox.enabled,
        ...(count === 1 ? {} : { workers: count }),
        config: config.source,
        config_version: config.version,
        version: manifest.version,
      },
      "listening",
    );
    const warning = openToAllWarning(config);
    if (warning !== undefined) logger.warn(warning);
    if (wantsReload) reload?.();
    if (config.sandbox.enabled || terminal.isTty) {
      terminal.write(
        banner(addresses, {
          sandbox: config.sandbox.enabled,
          secured: config.server.tls !== undefined,
        }),
      );
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

  return runProgram(host.argv.slice(2), {
    version: manifest.version,
    world: {
      terminal,
      environment: host.env,
      readFile: readAtStart,
      files: outputFiles,
      connect: (server) => connectTo(server, host.env["SPILLWAY_KEY"] || undefined),
      offline: (config) => offlineGateway(config, world),
      signal: interrupted.signal,
    },
    serve: (config, path) =>
      failingPlainly(serveUntilStopped(config, path === undefined ? undefined : sourceOf(path))),
    sandbox: (options) => failingPlainly(runSandbox(options, world, terminal, interrupted.signal)),
  });
}

function countOf(workers: Config["server"]["workers"]): number {
  return workers === "auto" ? availableParallelism() : workers;
}
