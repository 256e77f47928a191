import type { Clock } from "../../domain/clock.ts";
import type { IdempotencyStore } from "../../idempotency/idempotency-store.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { countedIn, type MetricsSnapshot, mergeMetrics } from "../../telemetry/merge-metrics.ts";
import type { ConfigFiles } from "../config-source.ts";
import type { RunningGateway } from "../running-gateway.ts";
import type { FromWorker, WorkerReport } from "./messages.ts";
import { StoreHost } from "./store-host.ts";
import type { Fork, WorkerProcess } from "./worker-process.ts";

/** What a crew is made of. */
export interface CrewParts {
  /** How many workers serve. */
  readonly count: number;
  readonly fork: Fork;
  /** The one store of idempotency keys. */
  readonly store: IdempotencyStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The workers that serve together: each one's health news goes to all the others,
 * their idempotency keys are in one store, and one that ends without being told
 * to is replaced.
 */
export class Crew {
  readonly #parts: CrewParts;
  readonly #host: StoreHost;
  readonly #members = new Map<number, Member>();
  #hired = 0;
  #reports = 0;
  #reloaded = false;
  /** What the workers serve. Undefined: what the program was started with. */
  #applied: ConfigFiles | undefined;
  #stopping = false;
  /** What those have counted that are gone. */
  #departed: MetricsSnapshot = [];
  readonly #cancelHiring = new Set<() => void>();

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.#host = new StoreHost(parts.store, (error) => parts.logger.error({ err: error }, "bug"));
  }

  /**
   * Starts the workers; the first one alone, so that what keeps all of them from
   * listening is told once. Undefined when it ends before it listens; it has said why.
   */
  async start(): Promise<RunningGateway["addresses"] | undefined> {
    const addresses = await this.#hire();
    if (addresses === undefined) return undefined;
    const others = Array.from({ length: this.#parts.count - 1 }, () => this.#hire());
    for (const other of await Promise.all(others)) if (other === undefined) return undefined;
    return addresses;
  }

  /** Whether a worker accepts connections. */
  get serving(): boolean {
    return [...this.#members.values()].some(({ serving }) => serving);
  }

  /** Has every worker read the configuration again. */
  reload(): void {
    this.#reloaded = true;
    for (const { process } of this.#members.values()) process.send({ kind: "reload" });
  }

  /**
   * What every worker tells operators; of one that does not answer in time, what it
   * told last, and of those that are gone, what they had counted: counters never fall.
   */
  async report(): Promise<readonly WorkerReport[]> {
    const members = [...this.#members.values()].filter(({ serving }) => serving);
    const reports = await Promise.all(members.map((member) => this.#reportOf(member)));
    const departed = { metrics: this.#departed, notice: undefined };
    return [...reports.filter((report) => report !== undefined), departed];
  }

  /** Lets every worker finish what runs, and end. Who has not ended after so many milliseconds is killed. */
  async stop(patienceMs: number): Promise<void> {
    const { clock, logger } = this.#parts;
    const members = this.#dismiss();
    for (const { process } of members) process.send({ kind: "stop" });
    const cancel = clock.timer(patienceMs, () => {
      for (const { id, process } of this.#members.values()) {
        logger.error({ worker: id }, "worker killed");
        process.kill();
      }
    });
    await Promise.all(members.map(({ process }) => process.ended));
    cancel();
  }

  /** Ends every worker at once. */
  async kill(): Promise<void> {
    const members = this.#dismiss();
    for (const { process } of members) process.kill();
    await Promise.all(members.map(({ process }) => process.ended));
  }

  /** From now on nobody is hired. Returns those who are there. */
  #dismiss(): readonly Member[] {
    this.#stopping = true;
    for (const cancel of this.#cancelHiring) cancel();
    return [...this.#members.values()];
  }

  /** Starts one worker. Resolves when it listens, or with undefined when it ended before. */
  async #hire(): Promise<RunningGateway["addresses"] | undefined> {
    const { fork, clock } = this.#parts;
    const id = ++this.#hired;
    const process = fork(this.#applied);
    const listening = Promise.withResolvers<RunningGateway["addresses"] | undefined>();
    const member: Member = { id, process, serving: false, reports: new Map() };
    this.#members.set(id, member);
    process.listen((message) => {
      if (message.kind !== "listening") return this.#take(member, message);
      member.serving = true;
      // What is wrong with the files by now, it tells as the others do.
      if (this.#reloaded) process.send({ kind: "reload" });
      listening.resolve(message.addresses);
    });
    const startedAt = clock.monotonic();
    void process.ended.then((how) => {
      listening.resolve(undefined);
      this.#gone(member, how, clock.monotonic() - startedAt);
    });
    return listening.promise;
  }

  #take(member: Member, message: Exclude<FromWorker, { readonly kind: "listening" }>): void {
    switch (message.kind) {
      case "store":
        if (!this.#members.has(member.id)) return;
        void this.#host.answer(member.id, message).then((answer) => member.process.send(answer));
        return;
      case "health":
        for (const other of this.#members.values()) {
          if (other !== member) other.process.send(message);
        }
        return;
      case "applied":
        this.#applied = message.files;
        return;
      case "report":
        member.last = message.report;
        member.reports.get(message.id)?.(message.report);
    }
  }

  #gone(member: Member, how: string, livedMs: number): void {
    this.#members.delete(member.id);
    if (member.last !== undefined) {
      this.#departed = mergeMetrics([this.#departed, countedIn(member.last.metrics)]);
    }
    for (const answer of member.reports.values()) answer(undefined);
    void this.#host.gone(member.id);
    // One that never served is no loss: whoever starts it is told.
    if (this.#stopping || !member.serving) return;
    const { clock, logger } = this.#parts;
    const delayMs = livedMs < steadyMs ? rehireDelayMs : 0;
    logger.error({ worker: member.id, how, restart_in_ms: delayMs }, "worker ended");
    this.#hireLater(delayMs, clock);
  }

  #hireLater(delayMs: number, clock: Clock): void {
    const cancel = clock.timer(delayMs, () => {
      this.#cancelHiring.delete(cancel);
      void this.#hire().then((addresses) => {
        if (addresses === undefined && !this.#stopping) this.#hireLater(rehireDelayMs, clock);
      });
    });
    this.#cancelHiring.add(cancel);
  }

  #reportOf(member: Member): Promise<WorkerReport | undefined> {
    const { process, reports } = member;
    const id = this.#reports++;
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.timer(reportTimeoutMs, () => answer(member.last));
      const answer = (report: WorkerReport | undefined) => {
        cancel();
        reports.delete(id);
        resolve(report);
      };
      reports.set(id, answer);
      process.send({ kind: "report", id });
    });
  }
}

interface Member {
  readonly id: number;
  readonly process: WorkerProcess;
  /** Whether it accepts connections. */
  serving: boolean;
  /** What it told operators last. */
  last?: WorkerReport;
  /** Who waits for its reports, by their number. */
  readonly reports: Map<number, (report: WorkerReport | undefined) => void>;
}

/** A worker that lived so long is replaced at once, in milliseconds. */
const steadyMs = 60_000;

/** How long the place of one stays empty that did not, in milliseconds. */
const rehireDelayMs = 1_000;

/** How long a worker may take to report, in milliseconds. */
const reportTimeoutMs = 2_000;
