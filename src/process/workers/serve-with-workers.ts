import type { Cluster } from "node:cluster";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { openAdminListener } from "../../rpc/admin-listener.ts";
import type { Listener } from "../../rpc/listener.ts";
import type { ExportSettings } from "../../telemetry/export-settings.ts";
import { createLogger } from "../../telemetry/logger.ts";
import { startTelemetrySdk } from "../../telemetry/sdk.ts";
import { openIdempotencyStore } from "../open-key-keeper.ts";
import type { ProcessWorld } from "../process-world.ts";
import type { RunningGateway } from "../running-gateway.ts";
import { Crew } from "./crew.ts";
import { clusterFork, type WorkerRole } from "./node-cluster.ts";

/** What the workers have in common, and how they are started. */
export interface CrewRole extends Pick<WorkerRole, "count" | "files"> {
  readonly cluster: Cluster;
}

/** A gateway of several processes. */
export type RunningWorkers = Omit<RunningGateway, "sandbox">;

/**
 * Serves a configuration by several processes, in this one, their primary: it
 * accepts connections and hands them to the workers in turn, keeps the idempotency
 * keys of all, and answers operators for all. Undefined when the workers cannot
 * serve; the one that cannot has said why.
 */
export async function serveWithWorkers(
  config: Config,
  settings: ExportSettings,
  world: ProcessWorld,
  { cluster, ...role }: CrewRole,
): Promise<RunningWorkers | undefined> {
  const { clock, logDestination: destination } = world;
  const logger = createLogger({ level: settings.logLevel, clock, destination });
  const store = openIdempotencyStore(config.idempotency, clock);
  // What is pushed, each worker pushes for itself.
  const sdk = await startTelemetrySdk(
    { ...settings, traces: undefined, metrics: undefined },
    world,
  );
  const mediaDirectory = await temporaryMedia(config);
  const fork = clusterFork(cluster, { ...role, mediaDirectory });
  const crew = new Crew({ count: role.count, fork, store, clock, logger });
  const closeBelow = async () => {
    await store.close();
    await sdk.shutdown();
    if (mediaDirectory !== undefined) await rm(mediaDirectory, { recursive: true, force: true });
  };
  const addresses = await crew.start();
  if (addresses === undefined) {
    await crew.kill();
    await closeBelow();
    return undefined;
  }
  let draining = false;
  let admin: Listener | undefined;
  try {
    admin =
      config.server.admin &&
      (await openAdminListener(config.server.admin, {
        async metrics() {
          const reports = await crew.report();
          return sdk.metricsText(reports.map(({ metrics }) => metrics));
        },
        unready() {
          if (draining) return "draining";
          return crew.serving ? undefined : "no worker serves";
        },
        async notice() {
          const notices = (await crew.report()).map(({ notice }) => notice);
          return notices.find((notice) => notice !== undefined);
        },
        onBug: (error) => logger.error({ err: error }, "bug"),
      }));
  } catch (error) {
    await crew.kill();
    await closeBelow();
    throw error;
  }
  return {
    addresses: { ...addresses, admin: admin?.address },
    logger,
    reload: () => crew.reload(),
    async stop() {
      draining = true;
      await crew.stop(config.server.drainMs + farewellMs);
      const closed = admin?.drain();
      admin?.destroy();
      await closed;
      await closeBelow();
    },
  };
}

/** How long a worker may take beyond its drain, to send what it measured, in milliseconds. */
const farewellMs = 15_000;

/** A link to a file that one worker has written leads to any of them. */
async function temporaryMedia({ media: { store } }: Config): Promise<string | undefined> {
  if (store?.kind !== "disk" || store.directory !== undefined) return undefined;
  return mkdtemp(join(tmpdir(), "spillway-media-"));
}
