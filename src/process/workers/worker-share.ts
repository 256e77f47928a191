import type { Config } from "../../config/config.ts";

/**
 * A worker's share of a configuration: of every limit that holds for the whole
 * gateway, its part, and at least one.
 *
 * `mediaDirectory` is where all workers keep files that have no directory in the
 * configuration.
 */
export function workerShare(
  config: Config,
  workers: number,
  mediaDirectory: string | undefined,
): Config {
  const part = (whole: number): number => Math.max(1, Math.ceil(whole / workers));
  const { server, callers, media, providers } = config;
  const { limits, retryBudget } = server;
  return {
    ...config,
    server: {
      ...server,
      limits: {
        ...limits,
        maxConcurrent: part(limits.maxConcurrent),
        // No place at all is a choice too.
        queue: Math.ceil(limits.queue / workers),
      },
      retryBudget: { ...retryBudget, floor: retryBudget.floor / workers },
    },
    callers: callers?.map((caller) =>
      caller.requestsPerMinute === undefined
        ? caller
        : { ...caller, requestsPerMinute: part(caller.requestsPerMinute) },
    ),
    media:
      media.store?.kind === "disk"
        ? {
            ...media,
            store: {
              ...media.store,
              directory: media.store.directory ?? mediaDirectory,
              maxBytes: part(media.store.maxBytes),
            },
          }
        : media,
    providers: providers.map((provider) =>
      provider.maxConcurrent === undefined
        ? provider
        : { ...provider, maxConcurrent: part(provider.maxConcurrent) },
    ),
  };
}
