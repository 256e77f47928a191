import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { createRouterTransport, type Transport } from "@connectrpc/connect";
import { createCatalog } from "../catalog/catalog.ts";
import { builtInSlugs } from "../config/built-in-providers.ts";
import type { Config } from "../config/config.ts";
import type { Clock } from "../domain/clock.ts";
import type { MediaStore } from "../domain/media-store.ts";
import { buildFleet } from "../gateway/build-fleet.ts";
import { createGateway } from "../gateway/create-gateway.ts";
import { ProviderStatistics } from "../gateway/provider-statistics.ts";
import type { IdempotencyStore } from "../idempotency/idempotency-store.ts";
import { KeyKeeper } from "../idempotency/key-keeper.ts";
import { toConnectError } from "../rpc/errors.ts";
import { gatewayService } from "../rpc/gateway-service.ts";
import { silentObserver } from "../telemetry/silent-observer.ts";
import { createTransport } from "../transport/http-transport.ts";
import type { ProcessWorld } from "./process-world.ts";

/**
 * The way to a gateway in this process, made of a configuration, that answers
 * what has no side effects, `Route` above all: for looking at a plan before
 * anything runs. It listens nowhere and sends nothing.
 */
export function offlineGateway(config: Config, world: ProcessWorld): Transport {
  const { clock, random, version } = world;
  const gateway = createGateway({
    rules: config.routes,
    fleet: buildFleet(config, config.sandbox.enabled ? embeddedNowhere : {}),
    catalog: createCatalog(config.catalog.models),
    transport: createTransport({ version, clock }),
    clock,
    random,
    newId: world.newId,
    configVersion: config.version,
    captureContent: false,
    store: config.media.store && storeNowhere,
    statistics: new ProviderStatistics(),
    keys: noKeys(clock),
  });
  return createRouterTransport((router) => {
    for (const rpc of gatewayService(() => gateway, clock)) {
      if (rpc.kind !== "unary" || rpc.method.idempotency !== noSideEffects) continue;
      router.rpc(rpc.method, async (request, { signal }) => {
        const result = await rpc.handle(request, {
          requestId: world.newId(),
          signal,
          arrivedAt: clock.monotonic(),
          maxMessageBytes: config.server.maxMessageBytes,
          observer: silentObserver,
        });
        if (result.kind === "failed") throw toConnectError(result.failure);
        return result.message;
      });
    }
  });
}

const noSideEffects = MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;

/** Stands for what keeps idempotency keys: nothing is executed here. */
function noKeys(clock: Clock): KeyKeeper {
  const store: IdempotencyStore = {
    begin: async () => ({ kind: "new" }),
    markSent: async () => {},
    writeJob: async () => {},
    strikeJob: async () => {},
    settle: async () => {},
    close: async () => {},
  };
  return new KeyKeeper({ store, clock, onNotKept: () => {} });
}

/** Stands for the place for images, which is not opened. */
const storeNowhere: MediaStore = {
  put: async () => ({ kind: "failed", message: "Nothing is kept here." }),
  close: async () => {},
};

/** Stands for the embedded providers, which do not run. */
const embeddedNowhere = Object.fromEntries(
  [...builtInSlugs, "compatible"].map((slug) => [slug, "http://sandbox.invalid"]),
);
