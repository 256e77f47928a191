import { createCatalog } from "../catalog/catalog.ts";
import { customType } from "../config/built-in-providers.ts";
import type { Config, ProviderConfig } from "../config/config.ts";
import { formatAddress } from "../domain/address.ts";
import { HealthRegistry } from "../failover/health/health-registry.ts";
import { LatencyBook } from "../failover/health/latency-book.ts";
import { RetryBudget } from "../failover/retry-budget.ts";
import { createAdmission } from "../gateway/admission/create-admission.ts";
import { buildFleet } from "../gateway/build-fleet.ts";
import { createGateway } from "../gateway/create-gateway.ts";
import { movedProviders } from "../gateway/moved-providers.ts";
import { ProviderStatistics } from "../gateway/provider-statistics.ts";
import { type RunningServer, startServer } from "../rpc/server.ts";
import { parseFault } from "../sandbox/fault.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { createTelemetry } from "../telemetry/create-telemetry.ts";
import type { ExportSettings } from "../telemetry/export-settings.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { observeHealth } from "../telemetry/observe-health.ts";
import { startTelemetrySdk } from "../telemetry/sdk.ts";
import { reachWith } from "../transport/egress-guard.ts";
import { createTransport } from "../transport/http-transport.ts";
import type { Reach } from "../transport/transport.ts";
import { ConfigReloader } from "./config-reloader.ts";
import type { ConfigFiles, ConfigSource } from "./config-source.ts";
import { openKeyKeeper } from "./open-key-keeper.ts";
import { openMediaStore } from "./open-media-store.ts";
import type { ProcessWorld } from "./process-world.ts";
import { type ConfigWatch, watchConfig } from "./watch-config.ts";
import type { WorkerLink } from "./workers/worker-link.ts";

/** A gateway that accepts connections. */
export interface RunningGateway {
  readonly addresses: RunningServer["addresses"];
  /** The embedded providers, when they run. */
  readonly sandbox: Sandbox | undefined;
  readonly logger: Logger;
  /** Reads the configuration again. Undefined for one that is no file. */
  readonly reload?: (() => void) | undefined;
  /** Stops taking requests, lets the running ones finish up to the configured time, and ends. */
  stop(): Promise<void>;
}

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
  const { clock, random, version } = world;
  const logger = createLogger({
    level: settings.logLevel,
    clock,
    destination: world.logDestination,
    worker: link?.worker,
  });
  const sandbox = config.sandbox.enabled ? await embedProviders(config, world) : undefined;
  const sdk = await startTelemetrySdk(settings, world, link && world.newId());
  const transport = createTransport({ version, clock });
  let listening: string | undefined;
  const media = await openMediaStore(config.media, {
    clock,
    newId: world.newId,
    ownUrl: () => `http://${listening ?? formatAddress(config.server.listen)}`,
  }).catch(async (error: unknown) => {
    await sandbox?.close();
    await sdk.shutdown();
    throw error;
  });
  const { keys, close: closeKeys } = await openKeyKeeper(config.idempotency, {
    clock,
    logger,
    store: link?.store,
  }).catch(async (error: unknown) => {
    await media.close();
    await sandbox?.close();
    await sdk.shutdown();
    throw error;
  });
  // What a gateway learns outlives it, as its connections do.
  const statistics = new ProviderStatistics();
  const metrics = createMetrics(sdk, (name) => gateway.catalog.find(name) !== undefined);
  const observe = observeHealth({ logger, metrics });
  const health = new HealthRegistry(clock, (change) => {
    observe(change);
    link?.shareHealth(change);
  });
  const latency = new LatencyBook(clock);
  const retryBudget = new RetryBudget(clock, config.server.retryBudget);
  const admission = createAdmission({
    limits: config.server.limits,
    clock,
    random,
    meterGate: metrics.meterGate,
  });
  const gatewayOf = (config: Config) =>
    createGateway({
      rules: config.routes,
      fleet: buildFleet(config, sandbox?.baseUrls ?? {}),
      catalog: createCatalog(config.catalog.models),
      transport,
      clock,
      random,
      newId: world.newId,
      configVersion: config.version,
      captureContent: settings.captureContent,
      store: media.store,
      inputReach: inputReachOf(config),
      admission,
      statistics,
      health,
      latency,
      retryBudget,
      keys,
    });
  let gateway = gatewayOf(config);
  let watch: ConfigWatch | undefined;
  let files: ConfigFiles | undefined;
  const reloader =
    source &&
    new ConfigReloader({
      started: config,
      read(cause) {
        const reading = source.read(cause === "replacement" ? source.applied : undefined);
        watch?.follow(reading.catalogFile);
        files = reading.files;
        return reading;
      },
      apply(next) {
        const faults = next.sandbox.faults.map(fault);
        const before = gateway;
        // Requests under way keep the gateway that they began with.
        gateway = gatewayOf(next);
        // What moved is somebody else, and nobody asks any more for what is gone.
        for (const slug of movedProviders(before, gateway)) {
          health.forget(slug);
          latency.forget(slug);
          statistics.forget(slug);
        }
        sandbox?.order(faults);
        if (files !== undefined) link?.shareFiles(files);
      },
      clock,
      logger,
      metrics,
    });
  if (source?.applied !== undefined) reloader?.reload("replacement");
  link?.takeUp({
    learn: (change) => health.learn(change),
    report: async () => ({ metrics: await sdk.snapshot(), notice: reloader?.notice() }),
    reload: () => reloader?.reload("signal"),
  });
  const telemetry = createTelemetry({
    tracer: sdk.tracer,
    metrics,
    logger,
    clock,
    captureContent: settings.captureContent,
  });
  const closeBelow = async () => {
    await transport.close();
    await closeKeys();
    await media.close();
    await sandbox?.close();
    await sdk.shutdown();
  };
  let server: RunningServer;
  try {
    server = await startServer({
      listen: config.server.listen,
      grpc: config.server.grpc,
      // The primary speaks to operators for all workers.
      admin: link === undefined ? config.server.admin : undefined,
      cors: config.server.cors,
      drainMs: config.server.drainMs,
      limits: { maxMessageBytes: config.server.maxMessageBytes },
      gateway: () => gateway,
      media: media.files,
      telemetry,
      metrics: () => sdk.metricsText(),
      notice: () => reloader?.notice(),
      clock,
      newId: world.newId,
      onBug: (error) => logger.error({ err: error }, "bug"),
    });
  } catch (error) {
    await closeBelow();
    throw error;
  }
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
      await closeBelow();
    },
  };
}

/** Starts the embedded providers. Who serves real ones never loads them. */
async function embedProviders(
  { sandbox, providers }: Config,
  { clock, paceMs }: ProcessWorld,
): Promise<Sandbox> {
  const { startSandbox } = await import("../sandbox/sandbox.ts");
  return startSandbox({
    clock,
    faults: sandbox.faults.map(fault),
    compatibleSlugs: providers.filter(isEmbeddedCustom).map(({ slug }) => slug),
    paceMs,
  });
}

function inputReachOf({ media, sandbox }: Config): Reach {
  // An embedded provider's images, handed back to another, are on this machine.
  const elsewhere = sandbox.enabled ? "loopback" : "public";
  return reachWith(media.allowPrivateNetwork ? "private" : elsewhere, media.allowHosts);
}

/** Whether a provider of the operator's own has no address, so that the sandbox plays it. */
function isEmbeddedCustom({ type, baseUrl }: ProviderConfig): boolean {
  return type === customType && baseUrl === undefined;
}

/** The configuration has checked the order already. */
function fault(order: string) {
  const parsed = parseFault(order);
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
}
