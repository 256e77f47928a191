import type { Cluster } from "node:cluster";
import type { Config } from "../../config/config.ts";
import type { ExportSettings } from "../../telemetry/export-settings.ts";
import type { ConfigSource } from "../config-source.ts";
import type { ProcessWorld } from "../process-world.ts";
import { serve } from "../serve.ts";
import { primaryPort, type WorkerRole } from "./node-cluster.ts";
import { WorkerLink } from "./worker-link.ts";
import { workerShare } from "./worker-share.ts";

/** The process that is a worker. */
export interface WorkerHost {
  readonly host: NodeJS.Process;
  readonly cluster: Cluster;
  readonly role: WorkerRole;
  /** Aborted when the process is to end. */
  readonly interrupted: AbortController;
}

/** Serves a worker's share of a configuration until the primary says stop. Returns the exit code. */
export async function runWorker(
  config: Config,
  settings: ExportSettings,
  world: ProcessWorld,
  source: ConfigSource | undefined,
  { host, cluster, role, interrupted }: WorkerHost,
): Promise<number> {
  const { count, mediaDirectory } = role;
  const share = (whole: Config) => workerShare(whole, count, mediaDirectory);
  const stop = () => interrupted.abort();
  const link = new WorkerLink(cluster.worker?.id ?? 0, primaryPort(host), stop);
  try {
    const gateway = await serve(
      share(config),
      settings,
      world,
      source && sharing(source, share),
      link,
    );
    link.listening(gateway.addresses);
    if (!interrupted.signal.aborted) {
      await new Promise((resolve) => {
        interrupted.signal.addEventListener("abort", resolve, { once: true });
      });
    }
    await gateway.stop();
    return 0;
  } finally {
    // The line alone would keep the process; to hang up would end it before it has said what is wrong.
    host.channel?.unref();
  }
}

function sharing(source: ConfigSource, share: (whole: Config) => Config): ConfigSource {
  return {
    ...source,
    read(files) {
      const result = source.read(files);
      return result.kind === "valid" ? { ...result, config: share(result.config) } : result;
    },
  };
}
