import type { Clock } from "../domain/clock.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { GenerateResult } from "../domain/generate-result.ts";
import type { Generated } from "../domain/generated.ts";
import type { JobTicket } from "../domain/job-ticket.ts";
import { outputEvents } from "../domain/output-events.ts";
import type { StreamOptions } from "../domain/stream-options.ts";
import { keyDigest, requestDigest } from "./digest.ts";
import { Execution } from "./execution.ts";
import type { IdempotencyStore, Settlement } from "./idempotency-store.ts";
import { keyConflict, outcomeUnknown } from "./key-errors.ts";
import type { KeyedCall, KeyedRun } from "./keyed-call.ts";
import { mayHaveBought } from "./may-have-bought.ts";
import { Patience } from "./patience.ts";

/** What a keeper needs. */
export interface KeyKeeperParts {
  readonly store: IdempotencyStore;
  readonly clock: Clock;
  /** Whether the store outlives the process: then jobs run on when that ends. Default false. */
  readonly storeLasts?: boolean | undefined;
  /** Told when the first key is used. */
  readonly onFirstKey?: (() => void) | undefined;
  /** Told of a result that the store could not keep, or a job. The work goes on all the same. */
  readonly onNotKept: (what: "result" | "job", error: unknown) => void;
}

/**
 * Keeps the promise of idempotency keys: however many ask with a key, and however
 * often, the work is done once. It outlives the configurations that it serves.
 *
 * Callers of the same key wait for one execution, each as long as it wants. Once
 * something was sent, the execution goes on without them: whoever comes back with
 * the key finds the result. While nothing was sent, it ends with its last caller.
 *
 * What an execution that was cut off has left at providers is fetched when the next
 * caller asks with the key, by that caller's own equal request.
 */
export class KeyKeeper {
  readonly #parts: KeyKeeperParts;
  readonly #executions = new Map<string, Execution>();
  #used = false;

  constructor(parts: KeyKeeperParts) {
    this.#parts = parts;
  }

  /**
   * Gives what the key stands for, or executes. Everyone but the caller for whom it is
   * executed gets the first result as it was, but for `replayed`. It rejects only for a bug,
   * or when the store cannot be read.
   */
  async generate(
    request: GenerateRequest,
    call: KeyedCall,
    execute: (run: KeyedRun) => Promise<GenerateResult>,
  ): Promise<GenerateResult> {
    const { store, clock, onFirstKey } = this.#parts;
    if (!this.#used) onFirstKey?.();
    this.#used = true;
    const key = keyDigest(request.idempotencyKey, call.caller);
    const digest = requestDigest(request);
    const patience = new Patience(call, clock);
    try {
      while (!patience.isOver) {
        const begun = await store.begin(key, digest);
        switch (begun.kind) {
          case "conflict":
            return keyConflict;
          case "unknown":
            return outcomeUnknown;
          case "kept":
            return await replay(begun.generated, call.stream, patience);
          case "new":
            return await this.#start(key, call, execute, undefined).wait(patience);
          case "left":
            return await this.#start(key, call, execute, begun.tickets).wait(patience);
          case "running": {
            const execution = this.#executions.get(key);
            if (execution !== undefined && !execution.abandoned) {
              const end = await execution.wait(patience);
              if (patience.isOver || end.kind === "failed") return end;
              return await replay(end.generated, call.stream, patience);
            }
            // It is about to end, or it is another process's.
            const ended = execution?.settled ?? clock.sleep(askAgainMs, call.signal);
            await Promise.race([ended, patience.over]);
          }
        }
      }
      return await patience.over;
    } finally {
      patience.close();
    }
  }

  /**
   * Waits for what goes on, for at most so many milliseconds; what is not done by then is
   * aborted. Jobs at providers run on, if the store lasts.
   */
  async drain(ms: number): Promise<void> {
    const stop = this.#parts.clock.timer(ms, () => {
      for (const execution of this.#executions.values()) execution.abort();
    });
    while (this.#executions.size > 0) {
      await Promise.all([...this.#executions.values()].map(({ settled }) => settled));
    }
    stop();
  }

  #start(
    key: string,
    call: KeyedCall,
    execute: (run: KeyedRun) => Promise<GenerateResult>,
    left: readonly JobTicket[] | undefined,
  ): Execution {
    const { store, storeLasts = false } = this.#parts;
    const execution = new Execution({
      call,
      markSent: () => store.markSent(key),
      // A job that cannot be taken down is followed all the same: it is being paid.
      jobs: {
        lasts: storeLasts,
        write: (ticket) => this.#attempt("job", store.writeJob(key, ticket)),
        strike: (callId) => this.#attempt("job", store.strikeJob(key, callId)),
      },
      left,
      execute,
      settle: async (how, sent) => {
        const settlement = settlementOf(how, sent, left !== undefined);
        await this.#attempt("result", store.settle(key, settlement));
        // As soon as the store has it settled, somebody else can have begun with the key.
        if (this.#executions.get(key) === execution) this.#executions.delete(key);
      },
    });
    this.#executions.set(key, execution);
    return execution;
  }

  async #attempt(what: "result" | "job", writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      this.#parts.onNotKept(what, error);
    }
  }
}

/** How often a key that another process has is asked for again, in milliseconds. */
const askAgainMs = 500;

/** A bug leaves open what was bought, and so does what was not fetched: it may be there later, or have been. */
function settlementOf(
  end: GenerateResult | undefined,
  sent: boolean,
  wasLeft: boolean,
): Settlement {
  if (end?.kind === "generated") return { kind: "kept", generated: end.generated };
  if (wasLeft) return { kind: "unknown" };
  const bought = end === undefined ? sent : mayHaveBought(end.error.attempts ?? []);
  return { kind: bought ? "unknown" : "free" };
}

/** Gives a result of before; to the caller of a stream, with what leads up to it. */
async function replay(
  generated: Generated,
  stream: StreamOptions | undefined,
  patience: Patience,
): Promise<GenerateResult> {
  if (stream !== undefined) {
    for (const event of outputEvents(generated.output)) {
      await Promise.race([stream.emit(event), patience.over]);
      if (patience.isOver) return patience.over;
    }
  }
  return { kind: "generated", generated: { ...generated, replayed: true } };
}
