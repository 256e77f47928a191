import type { Config } from "../config/config.ts";
import type { KeyKeeper } from "../idempotency/key-keeper.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { ExportSettings } from "../telemetry/export-settings.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { startTelemetrySdk, type TelemetrySdk } from "../telemetry/sdk.ts";
import { createTransport } from "../transport/http-transport.ts";
import type { Transport } from "../transport/transport.ts";
import { embedProviders } from "./embed-providers.ts";
import { openKeyKeeper } from "./open-key-keeper.ts";
import { type OpenMediaStore, openMediaStore } from "./open-media-store.ts";
import type { ProcessWorld } from "./process-world.ts";
import type { WorkerLink } from "./workers/worker-link.ts";

/** What a gateway stands on, whatever its configuration becomes while it runs. */
export interface Foundation {
  readonly logger: Logger;
  readonly sdk: TelemetrySdk;
  /** The embedded providers, when they run. */
  readonly sandbox: Sandbox | undefined;
  readonly media: OpenMediaStore;
  readonly keys: KeyKeeper;
  readonly transport: Transport;
}

/** For whom it is opened. */
export interface FoundationWorld {
  readonly settings: ExportSettings;
  readonly world: ProcessWorld;
  /** A worker's link to its primary. */
  readonly link: WorkerLink | undefined;
  /** "http://HOST:PORT" of the Connect listener, once it listens. */
  readonly ownUrl: () => string;
}

/**
 * Opens what a gateway stands on. What is open by then is `opened`'s to close, also when
 * this rejects: with a DirectoryError when a place that the configuration names cannot be used.
 */
export async function openFoundation(
  config: Config,
  { settings, world, link, ownUrl }: FoundationWorld,
  opened: AsyncDisposableStack,
): Promise<Foundation> {
  const { clock, version, newId } = world;
  const logger = createLogger({
    level: settings.logLevel,
    clock,
    destination: world.logDestination,
    worker: link?.worker,
  });
  const sdk = await startTelemetrySdk(settings, world, link && newId());
  opened.defer(() => sdk.shutdown());
  const sandbox = await embedProviders(config, world);
  opened.defer(() => sandbox?.close());
  const media = await openMediaStore(config.media, { clock, newId, ownUrl });
  opened.defer(() => media.close());
  const { keys, close } = await openKeyKeeper(config.idempotency, {
    clock,
    logger,
    store: link?.store,
  });
  opened.defer(close);
  const transport = createTransport({ version, clock });
  opened.defer(() => transport.close());
  return { logger, sdk, sandbox, media, keys, transport };
}
