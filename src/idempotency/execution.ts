import type { GenerateResult } from "../domain/generate-result.ts";
import type { GenerateEvent } from "../domain/generated.ts";
import type { JobBook, JobTicket } from "../domain/job-ticket.ts";
import type { StreamOptions } from "../domain/stream-options.ts";
import { AttemptCountingBook } from "./attempt-counting-book.ts";
import type { KeyedCall, KeyedRun } from "./keyed-call.ts";
import type { Patience } from "./patience.ts";

/** What to execute, and how it is taken down. */
export interface ExecutionParts {
  /** The call for which it begins. */
  readonly call: KeyedCall;
  readonly execute: (run: KeyedRun) => Promise<GenerateResult>;
  readonly markSent: () => Promise<void>;
  readonly jobs: JobBook;
  /** What it fetches, having been sent before. Undefined: it begins anew. */
  readonly left: readonly JobTicket[] | undefined;
  /** Told how it ended, before anyone else is; undefined for a bug. It never rejects. */
  readonly settle: (end: GenerateResult | undefined, sent: boolean) => Promise<void>;
}

/** One execution on behalf of all who ask with the same key at the same time. */
export class Execution {
  readonly #abort = new AbortController();
  readonly #jobs: AttemptCountingBook;
  readonly #parts: ExecutionParts;
  readonly #end: Promise<GenerateResult>;
  /** Resolves once it has ended and that is taken down. It does not reject. */
  readonly settled: Promise<void>;
  #callers = 0;
  #sent: boolean;

  /** Begins at once. */
  constructor(parts: ExecutionParts) {
    this.#parts = parts;
    this.#jobs = new AttemptCountingBook(parts.jobs);
    this.#sent = parts.left !== undefined;
    this.#end = this.#run();
    // Whoever waits is told; when nobody does, a bug is not to end the process.
    this.settled = this.#end.then(ignored, ignored);
  }

  /** Whether it was aborted, so that it is not worth waiting for. */
  get abandoned(): boolean {
    return this.#abort.signal.aborted;
  }

  abort(): void {
    this.#abort.abort();
  }

  /** Waits for the end as long as the caller does. The last caller to leave ends it, while nothing was sent. */
  async wait(patience: Patience): Promise<GenerateResult> {
    this.#callers += 1;
    const end = await Promise.race([this.#end, patience.over]);
    this.#callers -= 1;
    if (patience.isOver && this.#callers === 0 && !this.#sent) this.abort();
    return end;
  }

  async #run(): Promise<GenerateResult> {
    const { call, execute, left, settle } = this.#parts;
    let end: GenerateResult | undefined;
    try {
      end = await execute({
        signal: this.#abort.signal,
        deadlineAt: undefined,
        stream: call.stream && whileListening(call.stream, call.signal),
        onSubmit: () => this.#submit(),
        jobs: this.#jobs,
        left,
      });
      return end;
    } finally {
      await settle(end, this.#sent);
    }
  }

  async #submit(): Promise<void> {
    if (!this.#sent) {
      await this.#parts.markSent();
      this.#sent = true;
    }
    await this.#jobs.begin();
  }
}

/** Tells a caller as long as it is there, and makes nobody wait for one that is not. */
function whileListening(stream: StreamOptions, signal: AbortSignal): StreamOptions {
  const left = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => left.resolve(), { once: true });
  return {
    ...stream,
    emit(event: GenerateEvent) {
      if (signal.aborted) return undefined;
      const taken = stream.emit(event);
      return taken === undefined ? undefined : Promise.race([taken, left.promise]);
    },
  };
}

function ignored(): void {}
