import type { Config, ServerConfig } from "../config/config.ts";

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
 * Callers, providers, keys, routes, the sandbox's faults and the reach of callers' images
 * change while it runs, and a certificate is renewed. Listeners, the place for images and that for idempotency keys stay.
 */
export function configChange(started: Config, next: Config): ConfigChange {
  if (started.sandbox.enabled !== next.sandbox.enabled) {
    return { kind: "refused", message: `${next.source}: ${sandboxSwitched}` };
  }
  return {
    kind: "applicable",
    config: {
      ...next,
      server: { ...started.server, tls: started.server.tls && next.server.tls },
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

/** How the file names what is under `server`, all of which only a restart changes. */
const serverKeys = {
  listen: "server.listen",
  grpc: "server.grpc",
  admin: "server.admin",
  tls: "server.tls",
  cors: "server.cors",
  drainMs: "server.drain",
  maxMessageBytes: "server.max_message_size",
  retryBudget: "server.retry_budget",
  limits: "server.limits",
  workers: "server.workers",
  watch: "server.watch",
} satisfies Record<keyof ServerConfig, string>;

/** What only a restart changes. Secrets compare by their fingerprints. */
const fixed: readonly { readonly key: string; readonly of: (config: Config) => unknown }[] = [
  ...Object.entries(serverKeys).map(([part, key]) => ({
    key,
    of: ({ server }: Config) =>
      // A certificate is renewed while it runs; to begin or to end with TLS is another listener.
      part === "tls" ? server.tls !== undefined : server[part as keyof ServerConfig],
  })),
  { key: "idempotency", of: ({ idempotency }) => idempotency },
  { key: "media", of: ({ media }) => media.store },
];
