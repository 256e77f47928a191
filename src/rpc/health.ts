import { create } from "@bufbuild/protobuf";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import {
  Health,
  HealthCheckResponseSchema,
  HealthListResponseSchema,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../gen/grpc/health/v1/health_pb.ts";
import { rpcFailure } from "./errors.ts";
import { answered, type Call, type Rpc, refused, stream, unary } from "./rpc.ts";

/** What grpc.health.v1.Health tells, and the way to change it. */
export interface HealthService {
  readonly rpcs: readonly Rpc[];
  /** Sets the health of every service and tells those who watch. */
  set(status: "serving" | "not_serving"): void;
  /** Ends every Watch, so that it does not hold up a drain. */
  endWatches(): void;
}

/**
 * Health by https://github.com/grpc/grpc/blob/master/doc/health-checking.md:
 * the services named, and "" for the whole server. It begins as serving.
 */
export function healthService(services: readonly string[]): HealthService {
  const known = new Set(["", ...services]);
  const watchers = new Set<() => void>();
  let status: ServingStatus = ServingStatus.SERVING;
  let ended = false;

  function wake(): void {
    for (const watcher of watchers) watcher();
  }

  function nextChange({ signal }: Call): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        watchers.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      watchers.add(done);
      signal.addEventListener("abort", done);
    });
  }

  return {
    rpcs: [
      unary(Health.method.check, ({ service }) =>
        known.has(service)
          ? answered(create(HealthCheckResponseSchema, { status }))
          : refused(unknownService),
      ),
      stream(Health.method.watch, async ({ service }, call, send) => {
        let told: ServingStatus | undefined;
        while (!call.signal.aborted) {
          const now = known.has(service) ? status : ServingStatus.SERVICE_UNKNOWN;
          if (now !== told) {
            // What changes while this is sent is told in the next round.
            told = now;
            await send(create(HealthCheckResponseSchema, { status: now }));
          } else if (ended) {
            break;
          } else {
            await nextChange(call);
          }
        }
        return undefined;
      }),
      unary(Health.method.list, () => {
        const statuses = Object.fromEntries([...known].map((service) => [service, { status }]));
        return answered(create(HealthListResponseSchema, { statuses }));
      }),
    ],
    set(next) {
      status = next === "serving" ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
      wake();
    },
    endWatches() {
      ended = true;
      wake();
    },
  };
}

const unknownService = rpcFailure(
  {
    reason: "INVALID_REQUEST",
    message: 'Only "" and spillway.v1.GatewayService have a health.',
    metadata: {},
  },
  Code.NOT_FOUND,
);
