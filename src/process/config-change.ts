import type { Config } from "../config/config.ts";

/** What of a new configuration a running process can put to work. */
export type ConfigChange =
  | {
      readonly kind: "applicable";
      /** The new configuration, with what stays as the process started with it. */
      readonly config: Config;
      /** The keys whose new values wait for a restart: "server.listen". */
      readonly needRestart: readonly string[];
    }
  | {
      readonly kind: "refused";
      /** Why none of it can be put to work, in one line. */
      readonly message: string;
    };

/**
 * Compares a configuration with the one that the process started with.
 * Providers, keys, routes, the sandbox's faults and the reach of callers' images
 * change while it runs. Listeners, the place for images and that for idempotency keys stay.
 */
export function configChange(started: Config, next: Config): ConfigChange {
  if (started.sandbox.enabled !== next.sandbox.enabled) {
    return { kind: "refused", message: `${next.source}: ${sandboxSwitched}` };
  }
  return {
    kind: "applicable",
    config: {
      ...next,
      server: started.server,
      idempotency: started.idempotency,
      media: { ...next.media, store: started.media.store },
    },
    needRestart: fixed
      .filter(({ of }) => JSON.stringify(of(started)) !== JSON.stringify(of(next)))
      .map(({ key }) => key),
  };
}

/** Without it the rest makes no sense: what names no key and no address in the one mode needs them in the other. */
const sandboxSwitched =
  "sandbox: is switched on or off, which needs a restart; real and embedded providers are never mixed";

/** What only a restart changes. Secrets compare by their fingerprints. */
const fixed: readonly { readonly key: string; readonly of: (config: Config) => unknown }[] = [
  { key: "server.listen", of: ({ server }) => server.listen },
  { key: "server.grpc", of: ({ server }) => server.grpc },
  { key: "server.admin", of: ({ server }) => server.admin },
  { key: "server.cors", of: ({ server }) => server.cors },
  { key: "server.drain", of: ({ server }) => server.drainMs },
  { key: "server.max_message_size", of: ({ server }) => server.maxMessageBytes },
  { key: "server.retry_budget", of: ({ server }) => server.retryBudget },
  { key: "server.limits", of: ({ server }) => server.limits },
  { key: "server.workers", of: ({ server }) => server.workers },
  { key: "server.watch", of: ({ server }) => server.watch },
  { key: "idempotency", of: ({ idempotency }) => idempotency },
  { key: "media", of: ({ media }) => media.store },
];
