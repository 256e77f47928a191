import { createRouterTransport, type Transport } from "@connectrpc/connect";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { createCatalog } from "../catalog/catalog.ts";
import { models } from "../catalog/models.ts";
import type { Config } from "../config/config.ts";
import { buildFleet } from "../gateway/build-fleet.ts";
import { createGateway } from "../gateway/create-gateway.ts";
import { toConnectError } from "../rpc/errors.ts";
import { gatewayService } from "../rpc/gateway-service.ts";
import { silentObserver } from "../telemetry/silent-observer.ts";
import { createTransport } from "../transport/http-transport.ts";
import type { ProcessWorld } from "./process-world.ts";

/**
 * The way to a gateway in this process, made of a configuration, that answers
 * `Route`: for looking at a plan before anything runs. It listens nowhere and
 * sends nothing.
 */
export function offlineGateway(config: Config, world: ProcessWorld): Transport {
  const { clock, random, version } = world;
  const gateway = createGateway({
    rules: config.routes,
    fleet: buildFleet(config, config.sandbox.enabled ? embeddedNowhere : {}),
    catalog: createCatalog(models),
    transport: createTransport({ version }),
    clock,
    random,
    configVersion: config.version,
    captureContent: false,
  });
  const route = gatewayService(() => gateway, clock).find(
    ({ method }) => method === GatewayService.method.route,
  );
  if (route?.kind !== "unary") throw new Error("the gateway has no Route");
  return createRouterTransport((router) => {
    router.rpc(route.method, async (request, { signal }) => {
      const result = await route.handle(request, {
        requestId: world.newId(),
        signal,
        arrivedAt: clock.monotonic(),
        observer: silentObserver,
      });
      if (result.kind === "failed") throw toConnectError(result.failure);
      return result.message;
    });
  });
}

/** Stands for the embedded providers, which do not run. */
const embeddedNowhere = Object.fromEntries(
  ["openai", "openrouter", "gemini", "replicate", "compatible"].map((slug) => [
    slug,
    "http://sandbox.invalid",
  ]),
);
