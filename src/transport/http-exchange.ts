import type { Transform } from "node:stream";
import type { Dispatcher } from "undici";
import type { SocketAware, SocketHolder } from "./connection-pool.ts";
import { createContentDecoder } from "./content-decoder.ts";
import type { FailedExchange, RequestProgress } from "./exchange-failure.ts";
import { badAnswer, brokenConnection, cancelledExchange } from "./exchange-failure.ts";

/** An answer's head. */
export interface AnswerHead {
  readonly status: number;
  /** Names in lower case; a repeated one is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads an answer's body as it arrives. */
export interface AnswerReader {
  write(chunk: Buffer): void;
  /** The body has ended as HTTP bodies end. */
  end(): void;
  /** The body broke off, which is this failure unless the reader knows better. */
  cut(failed: FailedExchange): void;
}

/** What a reader can do to the exchange whose answer it reads. */
export interface AnswerControl<Result> {
  /** Whether the exchange has its result: whatever the reader does now is for nobody. */
  readonly isSettled: boolean;
  /** Ends the exchange with a result. The connection is closed unless the answer is over. */
  finish(result: Result | FailedExchange): void;
  /** Ends the exchange with a bug. */
  fail(bug: unknown): void;
  /** Stops and takes up reading from the socket. */
  pause(): void;
  resume(): void;
}

/** Makes the reader for an answer. */
export type OpenAnswer<Result> = (head: AnswerHead, control: AnswerControl<Result>) => AnswerReader;

/**
 * Sends one request and reads its answer. The promise rejects only for a bug.
 * An aborted signal closes the connection at once.
 */
export function performExchange<Result>(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  signal: AbortSignal,
  open: OpenAnswer<Result>,
): Promise<Result | FailedExchange> {
  if (signal.aborted) {
    return Promise.resolve({ kind: "failed", failure: cancelledExchange("unsent") });
  }
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(request, new HttpExchange(signal, open, resolve, reject));
  });
}

/** One request under way: undici tells it how far it is, and it tells the reader of the answer. */
class HttpExchange<Result>
  implements Dispatcher.DispatchHandler, AnswerControl<Result>, SocketAware
{
  connection: SocketHolder | undefined = undefined;
  readonly #signal: AbortSignal;
  readonly #open: OpenAnswer<Result>;
  readonly #resolve: (result: Result | FailedExchange) => void;
  readonly #reject: (bug: unknown) => void;
  #progress: RequestProgress = "unsent";
  #settled = false;
  /** Whether undici is done with the request, so that there is nothing left to abort. */
  #over = false;
  #controller: Dispatcher.DispatchController | undefined;
  #status: number | undefined;
  #reader: AnswerReader | undefined;
  #decoder: Transform | undefined;

  constructor(
    signal: AbortSignal,
    open: OpenAnswer<Result>,
    resolve: (result: Result | FailedExchange) => void,
    reject: (bug: unknown) => void,
  ) {
    this.#signal = signal;
    this.#open = open;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener("abort", this, { once: true });
  }

  get isSettled(): boolean {
    return this.#settled;
  }

  /** The signal was aborted. */
  handleEvent(): void {
    this.finish({ kind: "failed", failure: cancelledExchange(this.#progress, this.#status) });
  }

  finish(result: Result | FailedExchange): void {
    if (this.#settle()) this.#resolve(result);
  }

  fail(bug: unknown): void {
    if (this.#settle()) this.#reject(bug);
  }

  pause(): void {
    if (this.#decoder !== undefined) this.#decoder.pause();
    else if (!this.#over) this.#controller?.pause();
  }

  resume(): void {
    if (this.#decoder !== undefined) this.#decoder.resume();
    else if (!this.#over) this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Throwing here leaves the connection to others; aborting would close it.
    if (this.#settled) throw new Error("The exchange was ended while it waited for a connection.");
    this.#controller = controller;
  }

  /**
   * undici calls this once it has written the request to the socket's stream,
   * which can still hold most of a large body. So a request counts as sent when
   * the stream has nothing left; an empty write tells when that is, since writes
   * end in their order.
   */
  onRequestSent(): void {
    const socket = this.connection?.socket;
    if (socket === undefined || socket.writableLength === 0) {
      this.#markSent();
    } else {
      socket.write(nothing, (error) => {
        if (!error) this.#markSent();
      });
    }
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#progress = "answered";
    this.#status = status;
    this.#guard(() => {
      const head = { status, headers: joinHeaders(headers) };
      this.#reader = this.#open(head, this);
      const coding = head.headers["content-encoding"];
      if (coding !== undefined && coding !== "" && coding !== "identity" && !this.#settled) {
        this.#decode(coding, controller);
      }
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    if (this.#decoder === undefined) {
      this.#guard(() => this.#reader?.write(chunk));
    } else if (!this.#decoder.write(chunk)) {
      controller.pause();
    }
  }

  onResponseEnd(): void {
    this.#over = true;
    if (this.#settled) return;
    if (this.#decoder === undefined) this.#guard(() => this.#reader?.end());
    else this.#decoder.end();
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#over = true;
    if (this.#settled) return;
    const failed = this.#failed(brokenConnection(this.#progress, error, this.#status));
    const reader = this.#reader;
    if (reader === undefined) this.finish(failed);
    else this.#guard(() => reader.cut(failed));
  }

  #decode(coding: string, controller: Dispatcher.DispatchController): void {
    this.#decoder = createContentDecoder(coding, {
      write: (chunk) => this.#guard(() => this.#reader?.write(chunk)),
      end: () => this.#guard(() => this.#reader?.end()),
      broken: () =>
        this.#guard(() =>
          this.#reader?.cut(
            this.#failed(badAnswer("The answer's coding is broken.", this.#status)),
          ),
        ),
    });
    if (this.#decoder === undefined) {
      const message = "The answer has a content coding that nobody asked for.";
      this.finish(this.#failed(badAnswer(message, this.#status)));
    }
    this.#decoder?.on("drain", () => controller.resume());
  }

  #failed(failure: FailedExchange["failure"]): FailedExchange {
    return { kind: "failed", failure };
  }

  #markSent(): void {
    if (this.#progress === "unsent") this.#progress = "sent";
  }

  /** An exception in a reader is a bug of ours; to undici it would look like a broken connection. */
  #guard(read: () => void): void {
    if (this.#settled) return;
    try {
      read();
    } catch (bug) {
      this.fail(bug);
    }
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#signal.removeEventListener("abort", this);
    this.#decoder?.destroy();
    if (!this.#over) this.#controller?.abort(new Error("The exchange was ended from this side."));
    return true;
  }
}

const nothing = Buffer.alloc(0);

function joinHeaders(
  headers: Record<string, string | string[] | undefined>,
): Readonly<Record<string, string>> {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(", ");
  }
  return headers as Readonly<Record<string, string>>;
}
