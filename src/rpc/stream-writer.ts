import { nextTick } from "node:process";
import type { Writable } from "node:stream";

/**
 * Writes the messages of a stream. Small ones that come in one turn of the event loop
 * go out in one write at its end, since a write costs more than what is in it; a large
 * piece is neither gathered nor copied. Nothing is taken from a message before the
 * stream has room for it.
 */
export class StreamWriter {
  readonly #stream: Pick<Writable, "write" | "end" | "once">;
  /** What this turn has brought. */
  #batch: Uint8Array[] = [];
  #batchBytes = 0;
  /** Messages of which there is something left, while the stream has no room. */
  readonly #waiting: Iterator<Uint8Array>[] = [];
  #room: PromiseWithResolvers<void> | undefined;
  #ended = false;

  constructor(stream: Pick<Writable, "write" | "end" | "once">) {
    this.#stream = stream;
  }

  /** Writes a message, in pieces. A promise means: wait for it before the next one. */
  write(pieces: Iterable<Uint8Array>): void | Promise<void> {
    const message = pieces[Symbol.iterator]();
    if (this.#room !== undefined || !this.#writeRest(message)) this.#waiting.push(message);
    return this.#room?.promise;
  }

  /** Ends the stream after all that was to be written. */
  end(): void {
    this.#ended = true;
    if (this.#room === undefined) this.#endStream();
  }

  /** The stream is over: nobody is to wait for it, and what is left is dropped. */
  close(): void {
    this.#waiting.length = 0;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#room?.resolve();
  }

  #writeOn(): void {
    for (let message = this.#waiting[0]; message !== undefined; message = this.#waiting[0]) {
      if (!this.#writeRest(message)) return;
      this.#waiting.shift();
    }
    this.#room?.resolve();
    this.#room = undefined;
    if (this.#ended) this.#endStream();
  }

  /** Tells whether there was room for it, and for more. */
  #writeRest(message: Iterator<Uint8Array>): boolean {
    for (let next = message.next(); !next.done; next = message.next()) {
      if (this.#add(next.value)) continue;
      this.#waitForRoom();
      return false;
    }
    return true;
  }

  /** Tells whether there is room for more. */
  #add(piece: Uint8Array): boolean {
    if (piece.length >= largeBytes) {
      this.#flush();
      return this.#stream.write(piece);
    }
    if (this.#batch.push(piece) === 1) nextTick(this.#endTurn);
    this.#batchBytes += piece.length;
    return this.#batchBytes < largeBytes || this.#flush();
  }

  readonly #endTurn = (): void => {
    if (!this.#flush() && this.#room === undefined) this.#waitForRoom();
  };

  /** Tells whether there is room for more. */
  #flush(): boolean {
    const batch = this.#takeBatch();
    return batch === undefined || this.#stream.write(batch);
  }

  #endStream(): void {
    this.#stream.end(this.#takeBatch());
  }

  #takeBatch(): Uint8Array | undefined {
    const batch = this.#batch;
    if (batch.length === 0) return undefined;
    this.#batch = [];
    const bytes = batch.length === 1 ? batch[0] : Buffer.concat(batch, this.#batchBytes);
    this.#batchBytes = 0;
    return bytes;
  }

  #waitForRoom(): void {
    this.#room ??= Promise.withResolvers<void>();
    this.#stream.once("drain", () => this.#writeOn());
  }
}

/** From how many bytes on a piece is written by itself, and what was gathered is written at once. */
const largeBytes = 16 * 1024;
