import type { HealthChange } from "../../domain/health-change.ts";
import type { IdempotencyStore } from "../../idempotency/idempotency-store.ts";
import type { MetricsSnapshot } from "../../telemetry/merge-metrics.ts";
import type { ConfigFiles } from "../config-source.ts";
import type { RunningGateway } from "../running-gateway.ts";

/** What a worker tells the primary. */
export type FromWorker =
  /** It accepts connections. */
  | { readonly kind: "listening"; readonly addresses: RunningGateway["addresses"] }
  /** It asks something of the one store of idempotency keys. */
  | StoreQuestion
  /** A target of its went out or came back. */
  | { readonly kind: "health"; readonly change: HealthChange }
  /** It has put another configuration to work, made of these. */
  | { readonly kind: "applied"; readonly files: ConfigFiles }
  /** Its part of a page that was asked for. */
  | { readonly kind: "report"; readonly id: number; readonly report: WorkerReport };

/** What the primary tells a worker. */
export type FromPrimary =
  | StoreAnswer
  /** A target went out or came back at another worker. */
  | { readonly kind: "health"; readonly change: HealthChange }
  /** It is asked for its part of the operators' pages. */
  | { readonly kind: "report"; readonly id: number }
  /** Somebody sent SIGHUP. */
  | { readonly kind: "reload" }
  /** It lets what runs finish, and ends. */
  | { readonly kind: "stop" };

/** The operations of a store that a worker asks for. */
export type StoreOperation = Exclude<keyof IdempotencyStore, "close">;

/** An operation, with what it is called with. */
export type StoreQuestion = {
  readonly [Name in StoreOperation]: {
    readonly kind: "store";
    readonly id: number;
    readonly operation: Name;
    readonly values: Parameters<IdempotencyStore[Name]>;
  };
}[StoreOperation];

/** What came of it. */
export interface StoreAnswer {
  readonly kind: "store";
  readonly id: number;
  readonly outcome:
    | { readonly kind: "done"; readonly value: unknown }
    /** The error's message: an error's own fields do not travel. */
    | { readonly kind: "failed"; readonly message: string };
}

/** A worker's part of what operators read. */
export interface WorkerReport {
  readonly metrics: MetricsSnapshot;
  readonly notice: string | undefined;
}
