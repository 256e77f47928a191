import { setImmediate as loopTurn } from "node:timers/promises";
import { file_google_rpc_error_details } from "../../gen/google/rpc/error_details_pb.ts";
import { file_google_rpc_status } from "../../gen/google/rpc/status_pb.ts";
import { Health } from "../../gen/grpc/health/v1/health_pb.ts";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import type { Address } from "../domain/address.ts";
import type { Clock } from "../domain/clock.ts";
import type { MediaFiles } from "../domain/media-store.ts";
import type { TlsIdentity } from "../domain/tls-identity.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type MetricsPage, openAdminListener } from "./admin-listener.ts";
import type { Callers } from "./callers.ts";
import { openConnectListener } from "./connect-listener.ts";
import type { CorsOptions } from "./cors.ts";
import { gatewayService } from "./gateway-service.ts";
import { openGrpcListener } from "./grpc-listener.ts";
import { healthService } from "./health.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import type { Listener } from "./listener.ts";
import { reflectionService } from "./reflection.ts";
import type { RpcContext } from "./rpc-context.ts";

/** What a server is started with. */
export interface ServerOptions {
  /** Connect, gRPC-Web and gRPC, HTTP/1.1 and HTTP/2. */
  readonly listen: Address;
  /** gRPC for throughput. Off when undefined. */
  readonly grpc?: Address | undefined;
  /** /metrics, /healthz and /readyz. Off when undefined. */
  readonly admin?: Address | undefined;
  /** For TLS on both; asked for at each connection. Undefined: clear text. */
  readonly tls?: (() => TlsIdentity) | undefined;
  readonly cors: CorsOptions;
  /** How long running calls may go on once a drain began, in milliseconds. */
  readonly drainMs: number;
  /** What is not given here is `defaultLimits`. */
  readonly limits?: Partial<Limits> | undefined;
  /** The gateway that serves now; asked for at each call. */
  readonly gateway: () => Gateway;
  /** Those who may call now; asked for at each call. Undefined: everybody may. */
  readonly callers?: (() => Callers | undefined) | undefined;
  readonly telemetry: Telemetry;
  /** The files below /media/ of the Connect listener. Undefined: there are none. */
  readonly media?: MediaFiles | undefined;
  readonly metrics: () => Promise<MetricsPage>;
  /** What /readyz says beside "ready": lines of text. Undefined: nothing. */
  readonly notice?: (() => string | undefined) | undefined;
  readonly clock: Clock;
  /** A new random id for a request, which nobody can guess. */
  readonly newId: () => string;
  /** Told of exceptions that no code expected. */
  readonly onBug: (error: unknown) => void;
}

/** A server that accepts calls. */
export interface RunningServer {
  /** Where it listens, with the ports that it really got. */
  readonly addresses: {
    readonly listen: string;
    readonly grpc?: string | undefined;
    readonly admin?: string | undefined;
  };
  /**
   * Stops: health goes NOT_SERVING and /readyz 503, nothing new is accepted,
   * running calls finish, and after `drainMs` what still runs is cut. Called
   * again, it gives the same promise.
   */
  drain(): Promise<void>;
}

/** Starts every listener, and resolves once all of them accept connections. Rejects when one cannot, with none left open. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { clock, telemetry, newId, onBug, drainMs } = options;
  const cut = new AbortController();
  const context: RpcContext = {
    clock,
    telemetry,
    newId,
    callers: options.callers,
    tls: options.tls,
    onBug,
    cut: cut.signal,
    limits: { ...defaultLimits, ...options.limits },
  };
  const health = healthService([GatewayService.typeName]);
  const rpcs = [
    ...gatewayService(options.gateway, clock),
    ...health.rpcs,
    ...reflectionService(
      [GatewayService, Health],
      [file_google_rpc_error_details, file_google_rpc_status],
    ),
  ];
  let draining: Promise<void> | undefined;
  const opened: Listener[] = [];
  const open = async (listener: Promise<Listener>): Promise<Listener> => {
    const listening = await listener;
    opened.push(listening);
    return listening;
  };

  let connect: Listener;
  let grpc: Listener | undefined;
  let admin: Listener | undefined;
  try {
    connect = await open(
      openConnectListener(options.listen, rpcs, context, options.cors, options.media),
    );
    if (options.grpc !== undefined) {
      grpc = await open(openGrpcListener(options.grpc, rpcs, context));
    }
    if (options.admin !== undefined) {
      const unready = () => (draining === undefined ? undefined : "draining");
      const { metrics, notice } = options;
      const source = { metrics, unready, notice, onBug };
      admin = await open(openAdminListener(options.admin, source));
    }
  } catch (error) {
    await Promise.all(opened.map(closeAtOnce));
    throw error;
  }

  async function drain(): Promise<void> {
    health.set("not_serving");
    health.endWatches();
    const serving = opened.filter((listener) => listener !== admin);
    const finished = Promise.all(serving.map((listener) => listener.drain()));
    let cancelTimer = clock.timer(drainMs, () => {
      cut.abort();
      cancelTimer = clock.timer(lastWordsMs, async () => {
        // A busy process sends what has been said meanwhile before it closes anything.
        await loopTurn();
        for (const listener of serving) listener.destroy();
      });
    });
    await finished;
    cancelTimer();
    // Until here /readyz told that this is going on.
    if (admin !== undefined) await closeAtOnce(admin);
  }

  return {
    addresses: { listen: connect.address, grpc: grpc?.address, admin: admin?.address },
    drain() {
      draining ??= drain();
      return draining;
    },
  };
}

/** How long calls that are cut have to say so to their callers, in milliseconds. */
const lastWordsMs = 250;

async function closeAtOnce(listener: Listener): Promise<void> {
  const closed = listener.drain();
  listener.destroy();
  await closed;
}
