import type { HealthChange } from "../../domain/health-change.ts";
import type { IdempotencyStore } from "../../idempotency/idempotency-store.ts";
import type { ConfigFiles } from "../config-source.ts";
import type { RunningGateway } from "../running-gateway.ts";
import type { FromPrimary, FromWorker, WorkerReport } from "./messages.ts";
import type { Port } from "./port.ts";
import { RemoteStore } from "./remote-store.ts";

/** What a worker's gateway does when the primary says so. */
export interface WorkerDuties {
  /** Takes over what another worker learned. */
  learn(change: HealthChange): void;
  /** Tells its part of the operators' pages. */
  report(): Promise<WorkerReport>;
  /** Reads the configuration again. */
  reload(): void;
}

/** A worker's end of the line to its primary: through it the gateway has its part in what all workers share. */
export class WorkerLink {
  /** The worker's number, from 1. */
  readonly worker: number;
  readonly #port: Port<FromWorker, FromPrimary>;
  readonly #store: RemoteStore;
  #duties: WorkerDuties | undefined;

  /** `stop` is called when the worker is to let what runs finish, and end. */
  constructor(worker: number, port: Port<FromWorker, FromPrimary>, stop: () => void) {
    this.worker = worker;
    this.#port = port;
    this.#store = new RemoteStore((question) => port.send(question));
    port.listen((message) => {
      switch (message.kind) {
        case "store":
          return this.#store.take(message);
        case "health":
          return this.#duties?.learn(message.change);
        case "report":
          return void this.#report(message.id);
        case "reload":
          return this.#duties?.reload();
        case "stop":
          return stop();
      }
    });
  }

  /** The one store of idempotency keys. */
  get store(): IdempotencyStore {
    return this.#store;
  }

  /** Tells the other workers what happened to a target here. */
  shareHealth(change: HealthChange): void {
    this.#port.send({ kind: "health", change });
  }

  /** Tells what is served here from now on, for a worker that comes later. */
  shareFiles(files: ConfigFiles): void {
    this.#port.send({ kind: "applied", files });
  }

  /** The gateway is made: from now on the primary reaches it. */
  takeUp(duties: WorkerDuties): void {
    this.#duties = duties;
  }

  /** The gateway accepts connections. */
  listening(addresses: RunningGateway["addresses"]): void {
    this.#port.send({ kind: "listening", addresses });
  }

  async #report(id: number): Promise<void> {
    const report = await this.#duties?.report();
    if (report !== undefined) this.#port.send({ kind: "report", id, report });
  }
}
