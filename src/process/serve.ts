import type { Config } from "../config/config.ts";
import { formatAddress } from "../domain/address.ts";
import type { TlsIdentity } from "../domain/tls-identity.ts";
import { type CallerRates, type Callers, createCallers } from "../rpc/callers.ts";
import { startServer } from "../rpc/server.ts";
import { createTelemetry } from "../telemetry/create-telemetry.ts";
import type { ExportSettings } from "../telemetry/export-settings.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { observeHealth } from "../telemetry/observe-health.ts";
import { ConfigReloader } from "./config-reloader.ts";
import type { ConfigFiles, ConfigSource } from "./config-source.ts";
import { faultsOf } from "./faults-of.ts";
import { GatewayLine } from "./gateway-line.ts";
import { openFoundation } from "./open-foundation.ts";
import type { ProcessWorld } from "./process-world.ts";
import type { RunningGateway } from "./running-gateway.ts";
import { type ConfigWatch, watchConfig } from "./watch-config.ts";
import type { WorkerLink } from "./workers/worker-link.ts";

/**
 * Starts everything that a configuration asks for, and reads it again from its
 * source when that changes. Resolves when every listener accepts connections.
 * A worker has a link to its primary.
 */
export async function serve(
  config: Config,
  settings: ExportSettings,
  world: ProcessWorld,
  source?: ConfigSource,
  link?: WorkerLink,
): Promise<RunningGateway> {
  const { clock } = world;
  await using opened = new AsyncDisposableStack();
  let listening: string | undefined;
  const scheme = config.server.tls === undefined ? "http" : "https";
  const ownUrl = () => `${scheme}://${listening ?? formatAddress(config.server.listen)}`;
  const foundation = await openFoundation(config, { settings, world, link, ownUrl }, opened);
  const { logger, sdk, sandbox, media, keys } = foundation;
  const metrics = createMetrics(sdk, (name) => line.serving.catalog.find(name) !== undefined);
  const observe = observeHealth({ logger, metrics });
  const { captureContent } = settings;
  const line = new GatewayLine(config, {
    foundation,
    world,
    metrics,
    captureContent,
    onHealth(change) {
      observe(change);
      link?.shareHealth(change);
    },
  });
  const rates: CallerRates = new Map();
  let callers = callersOf(config, rates);
  let { tls } = config.server;
  let watch: ConfigWatch | undefined;
  let files: ConfigFiles | undefined;
  const reloader =
    source &&
    new ConfigReloader({
      started: config,
      read(cause) {
        const reading = source.read(cause === "replacement" ? source.applied : undefined);
        watch?.follow(reading.catalogFile);
        // The primary has given those of a replacement, and may have newer ones by now.
        files = cause === "replacement" ? undefined : reading.files;
        return reading;
      },
      apply(next) {
        const faults = faultsOf(next);
        line.replace(next);
        callers = callersOf(next, rates);
        tls = next.server.tls ?? tls;
        sandbox?.order(faults);
        if (files !== undefined) link?.shareFiles(files);
      },
      clock,
      logger,
      metrics,
    });
  if (source?.applied !== undefined) reloader?.reload("replacement");
  link?.takeUp({
    learn: (change) => line.health.learn(change),
    report: async () => ({ metrics: await sdk.snapshot(), notice: reloader?.notice() }),
    reload: () => reloader?.reload("signal"),
  });
  const telemetry = createTelemetry({ tracer: sdk.tracer, metrics, logger, clock, captureContent });
  const server = await startServer({
    listen: config.server.listen,
    grpc: config.server.grpc,
    // The primary speaks to operators for all workers.
    admin: link === undefined ? config.server.admin : undefined,
    tls: tls && (() => tls as TlsIdentity),
    cors: config.server.cors,
    drainMs: config.server.drainMs,
    limits: { maxMessageBytes: config.server.maxMessageBytes },
    gateway: () => line.serving,
    callers: () => callers,
    media: media.files,
    telemetry,
    metrics: () => sdk.metricsText(),
    notice: () => reloader?.notice(),
    clock,
    newId: world.newId,
    onBug: (error) => logger.error({ err: error }, "bug"),
  });
  listening = server.addresses.listen;
  if (source && config.server.watch) {
    watch = watchConfig({
      ...source,
      clock,
      onChange: () => reloader?.reload("file"),
      onError: (error) => logger.warn({ err: error }, "configuration not watched"),
    });
    watch.follow(config.catalog.file);
  }
  const open = opened.move();
  return {
    addresses: server.addresses,
    sandbox,
    logger,
    reload: reloader && (() => reloader.reload("signal")),
    async stop() {
      watch?.stop();
      const drainedBy = clock.monotonic() + config.server.drainMs;
      await server.drain();
      // What was sent for a key goes on without its callers, but not for longer.
      await keys.drain(drainedBy - clock.monotonic());
      await open.disposeAsync();
    },
  };
}

function callersOf({ callers }: Config, rates: CallerRates): Callers | undefined {
  return callers && createCallers(callers, rates);
}
