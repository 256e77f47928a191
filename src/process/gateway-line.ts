import { createCatalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import type { HealthListener } from "../domain/health-change.ts";
import { HealthRegistry } from "../failover/health/health-registry.ts";
import { LatencyBook } from "../failover/health/latency-book.ts";
import { RetryBudget } from "../failover/retry-budget.ts";
import { createAdmission } from "../gateway/admission/create-admission.ts";
import { buildFleet } from "../gateway/build-fleet.ts";
import { createGateway, type GatewayParts } from "../gateway/create-gateway.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { movedProviders } from "../gateway/moved-providers.ts";
import { ProviderStatistics } from "../gateway/provider-statistics.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { reachWith } from "../transport/egress-guard.ts";
import type { Reach } from "../transport/transport.ts";
import type { Foundation } from "./open-foundation.ts";
import type { ProcessWorld } from "./process-world.ts";

/** What every gateway of a line is made with, beside its configuration. */
export interface GatewayLineParts {
  readonly foundation: Foundation;
  readonly world: ProcessWorld;
  readonly metrics: Pick<Metrics, "meterGate">;
  /** Whether content is captured. */
  readonly captureContent: boolean;
  /** Told of every target, key and model that goes out or comes back. */
  readonly onHealth: HealthListener;
}

/**
 * The gateways of a process, each of which takes the place of the one before. What
 * they learn outlives them, as their connections do, and so do their limits.
 */
export class GatewayLine {
  readonly health: HealthRegistry;
  readonly #statistics = new ProviderStatistics();
  readonly #latency: LatencyBook;
  readonly #make: (config: Config) => Gateway;
  #serving: Gateway;

  constructor(started: Config, parts: GatewayLineParts) {
    const { clock } = parts.world;
    this.health = new HealthRegistry(clock, parts.onHealth);
    this.#latency = new LatencyBook(clock);
    const lasting = {
      ...lastingParts(started, parts),
      statistics: this.#statistics,
      health: this.health,
      latency: this.#latency,
    };
    const embedded = parts.foundation.sandbox?.baseUrls ?? {};
    this.#make = (config) =>
      createGateway({
        ...lasting,
        rules: config.routes,
        fleet: buildFleet(config, embedded),
        catalog: createCatalog(config.catalog.models),
        configVersion: config.version,
        inputReach: inputReachOf(config),
      });
    this.#serving = this.#make(started);
  }

  /** The gateway that serves requests that come now. Those under way keep the one that they began with. */
  get serving(): Gateway {
    return this.#serving;
  }

  /** Puts another configuration's gateway in the place of the one that serves. */
  replace(config: Config): void {
    const before = this.#serving;
    this.#serving = this.#make(config);
    for (const slug of movedProviders(before, this.#serving)) {
      this.health.forget(slug);
      this.#latency.forget(slug);
      this.#statistics.forget(slug);
    }
  }
}

function lastingParts(
  { server }: Config,
  { foundation, world, metrics, captureContent }: GatewayLineParts,
): Omit<GatewayParts, "rules" | "fleet" | "catalog" | "configVersion" | "statistics"> {
  const { clock, random, newId } = world;
  const { transport, media, keys } = foundation;
  return {
    transport,
    clock,
    random,
    newId,
    captureContent,
    store: media.store,
    admission: createAdmission({
      limits: server.limits,
      clock,
      random,
      meterGate: metrics.meterGate,
    }),
    retryBudget: new RetryBudget(clock, server.retryBudget),
    keys,
  };
}

function inputReachOf({ media, sandbox }: Config): Reach {
  // An embedded provider's images, handed back to another, are on this machine.
  const elsewhere = sandbox.enabled ? "loopback" : "public";
  return reachWith(media.allowPrivateNetwork ? "private" : elsewhere, media.allowHosts);
}
