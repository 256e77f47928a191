import type { EmitEvent, GenerateEvent } from "../domain/generated.ts";
import type { FinishedImage } from "../domain/output.ts";
import { outrun } from "./abort-scope.ts";
import type { ExecuteInput } from "./execute-input.ts";
import type { Walk } from "./walk.ts";

/** What keeps an attempt apart from the other ones of a race. */
export interface Lane {
  /** The request's, but for a signal that aborts when another attempt is first as well. */
  readonly input: ExecuteInput;
  /** The request's images, by their places, as this attempt has them. */
  readonly images: (FinishedImage | undefined)[];
  /** Undefined for a unary request. */
  readonly emit: EmitEvent | undefined;
  /** The attempt begins. */
  begin(): void;
  /** The attempt has ended, with an answer or without one. To be told once. */
  end(answered: boolean): Standing;
}

/**
 * What an attempt's end means to its request.
 *
 * - `decides`: it goes on from here
 * - `waits`: another attempt still runs, and may have the answer
 * - `beaten`: another one was first
 */
export type Standing = "decides" | "waits" | "beaten";

/**
 * Attempts of one request that run at the same time. The first that has an answer,
 * or the first real content of a stream, is the only one from then on: nothing of
 * any other reaches the caller, and they are aborted at once. Without an answer the
 * last one that ends decides, and those that have not begun by then do not.
 */
export class Race {
  readonly #walk: Walk;
  readonly #aborts = new Map<Lane, AbortController>();
  /** Those that have begun and not ended, in this order. */
  readonly #running = new Set<Lane>();
  #winner: Lane | undefined;

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  /** A lane for one more attempt. */
  enter(): Lane {
    const { input, harvest, emit } = this.#walk;
    const abort = new AbortController();
    const lane: Lane = {
      input: { ...input, signal: AbortSignal.any([input.signal, abort.signal]) },
      images: [...harvest.images],
      emit: emit && ((event) => (this.#mayTell(lane, event) ? emit(event) : undefined)),
      begin: () => void this.#running.add(lane),
      end: (answered) => this.#end(lane, answered),
    };
    this.#aborts.set(lane, abort);
    return lane;
  }

  #end(lane: Lane, answered: boolean): Standing {
    this.#running.delete(lane);
    if (!answered && this.#winner === undefined && this.#running.size > 0) return "waits";
    return this.#claim(lane) ? "decides" : "beaten";
  }

  #claim(lane: Lane): boolean {
    if (this.#winner === undefined) {
      this.#winner = lane;
      for (const [other, abort] of this.#aborts) if (other !== lane) abort.abort(outrun);
    }
    return this.#winner === lane;
  }

  /** Until there is content, the progress of one of them is told: that of the first that runs. */
  #mayTell(lane: Lane, event: GenerateEvent): boolean {
    if (event.kind !== "progress") return this.#claim(lane);
    const [first] = this.#running;
    return lane === (this.#winner ?? first);
  }
}
