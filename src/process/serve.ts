import { createCatalog } from "../catalog/catalog.ts";
import { models } from "../catalog/models.ts";
import { customType } from "../config/built-in-providers.ts";
import type { Config, ProviderConfig } from "../config/config.ts";
import { formatAddress } from "../domain/address.ts";
import { buildFleet } from "../gateway/build-fleet.ts";
import { createGateway } from "../gateway/create-gateway.ts";
import { type RunningServer, startServer } from "../rpc/server.ts";
import { parseFault } from "../sandbox/fault.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { createTelemetry } from "../telemetry/create-telemetry.ts";
import type { ExportSettings } from "../telemetry/export-settings.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { startTelemetrySdk } from "../telemetry/sdk.ts";
import { createTransport } from "../transport/http-transport.ts";
import type { Reach } from "../transport/transport.ts";
import { openMediaStore } from "./open-media-store.ts";
import type { ProcessWorld } from "./process-world.ts";

/** A gateway that accepts connections. */
export interface RunningGateway {
  readonly addresses: RunningServer["addresses"];
  /** The embedded providers, when they run. */
  readonly sandbox: Sandbox | undefined;
  readonly logger: Logger;
  /** Stops taking requests, lets the running ones finish up to the configured time, and ends. */
  stop(): Promise<void>;
}

/** Starts everything that a configuration asks for. Resolves when every listener accepts connections. */
export async function serve(
  config: Config,
  settings: ExportSettings,
  world: ProcessWorld,
): Promise<RunningGateway> {
  const { clock, random, version } = world;
  const logger = createLogger({
    level: settings.logLevel,
    clock,
    destination: world.logDestination,
  });
  const sandbox = config.sandbox.enabled
    ? await startSandbox({
        clock,
        faults: config.sandbox.faults.map(fault),
        compatibleSlugs: config.providers.filter(isEmbeddedCustom).map(({ slug }) => slug),
        paceMs: world.paceMs,
      })
    : undefined;
  const sdk = await startTelemetrySdk(settings, version);
  const catalog = createCatalog(models);
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
  const gateway = createGateway({
    rules: config.routes,
    fleet: buildFleet(config, sandbox?.baseUrls ?? {}),
    catalog,
    transport,
    clock,
    random,
    newId: world.newId,
    configVersion: config.version,
    captureContent: settings.captureContent,
    store: media.store,
    inputReach: inputReachOf(config),
  });
  const telemetry = createTelemetry({
    tracer: sdk.tracer,
    metrics: createMetrics(sdk.meter, (name) => catalog.find(name) !== undefined),
    logger,
    clock,
    captureContent: settings.captureContent,
  });
  const closeBelow = async () => {
    await transport.close();
    await media.close();
    await sandbox?.close();
    await sdk.shutdown();
  };
  let server: RunningServer;
  try {
    server = await startServer({
      listen: config.server.listen,
      grpc: config.server.grpc,
      admin: config.server.admin,
      cors: config.server.cors,
      drainMs: config.server.drainMs,
      limits: { maxMessageBytes: config.server.maxMessageBytes },
      gateway: () => gateway,
      media: media.files,
      telemetry,
      metrics: () => sdk.metricsText(),
      clock,
      newId: world.newId,
      onBug: (error) => logger.error({ err: error }, "bug"),
    });
  } catch (error) {
    await closeBelow();
    throw error;
  }
  listening = server.addresses.listen;
  return {
    addresses: server.addresses,
    sandbox,
    logger,
    async stop() {
      await server.drain();
      await closeBelow();
    },
  };
}

function inputReachOf({ media, sandbox }: Config): Reach {
  if (media.allowPrivateNetwork) return "private";
  // An embedded provider's images, handed back to another, are on this machine.
  return sandbox.enabled ? "loopback" : "public";
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
