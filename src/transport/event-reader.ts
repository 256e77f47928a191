import type { StreamEvent } from "../providers/reply.ts";
import type { FailedExchange } from "./exchange-failure.ts";
import { badAnswer } from "./exchange-failure.ts";
import { firstCharacters } from "./first-characters.ts";
import type { AnswerControl, AnswerHead, AnswerReader } from "./http-exchange.ts";
import { parseJson, parseJsonWithMedia } from "./json-with-media.ts";
import type { ReplyOptions } from "./reply-reader.ts";
import type { SseEvent } from "./sse-parser.ts";
import { SseParser } from "./sse-parser.ts";
import type { EventHandler, StreamResult } from "./transport.ts";

/**
 * Reads a stream of events and hands them over one by one. While the handler
 * works on one, the socket is not read, so that a slow caller slows down the
 * provider and fills no memory. When the stream breaks off, the events that had
 * come are handed over first.
 */
export function readEvents(
  head: AnswerHead,
  control: AnswerControl<StreamResult>,
  onEvent: EventHandler,
  options: ReplyOptions,
): AnswerReader {
  return new EventReader(head, control, onEvent, options);
}

class EventReader implements AnswerReader {
  readonly #head: AnswerHead;
  readonly #control: AnswerControl<StreamResult>;
  readonly #onEvent: EventHandler;
  readonly #options: ReplyOptions;
  readonly #parser: SseParser;
  /** What has come and was not handed over. */
  #events: SseEvent[] = [];
  /** Whether the handler works on an event. */
  #isWaiting = false;
  #ending: StreamResult | undefined;

  constructor(
    head: AnswerHead,
    control: AnswerControl<StreamResult>,
    onEvent: EventHandler,
    options: ReplyOptions,
  ) {
    this.#head = head;
    this.#control = control;
    this.#onEvent = onEvent;
    this.#options = options;
    this.#parser = new SseParser((event) => this.#events.push(event), options.maxBytes);
  }

  write(chunk: Buffer): void {
    if (!this.#parser.write(chunk)) {
      const message = `An event of the stream is larger than ${this.#options.maxBytes} bytes.`;
      const failure = badAnswer(message, this.#head.status);
      this.#control.finish({ kind: "failed", failure });
      return;
    }
    this.#handOver();
  }

  end(): void {
    this.#parser.end();
    this.#ending = this.#ended();
    this.#handOver();
  }

  cut(failed: FailedExchange): void {
    this.#ending = failed;
    this.#handOver();
  }

  #handOver(): void {
    if (this.#isWaiting) return;
    const events = this.#events;
    for (let index = 0; index < events.length && !this.#control.isSettled; index++) {
      const verdict = this.#onEvent(readEvent(events[index] as SseEvent, this.#options.media));
      if (verdict === undefined) continue;
      if (verdict === "stop") {
        this.#control.finish(this.#ended());
      } else {
        this.#events = events.slice(index + 1);
        this.#waitFor(verdict);
      }
      return;
    }
    if (events.length > 0) this.#events = [];
    if (this.#ending !== undefined) this.#control.finish(this.#ending);
  }

  #waitFor(verdict: Promise<"stop" | undefined>): void {
    this.#isWaiting = true;
    this.#control.pause();
    verdict
      .then((value) => {
        this.#isWaiting = false;
        if (value === "stop") {
          this.#control.finish(this.#ended());
        } else {
          this.#handOver();
          if (!this.#isWaiting) this.#control.resume();
        }
      })
      .catch((bug: unknown) => this.#control.fail(bug));
  }

  #ended(): StreamResult {
    return { kind: "ended", status: this.#head.status, headers: this.#head.headers };
  }
}

/** How OpenAI and those who imitate it end a stream. It comes in nearly every one and is no JSON. */
export const endMark = "[DONE]";

/** Reads the data of an event: as JSON where it is JSON, with its media decoded. */
export function readEvent(event: SseEvent, media: readonly string[] | undefined): StreamEvent {
  const { name, data } = event;
  try {
    if (data === endMark) return { name, text: data };
    const value = media === undefined ? parseJson(data) : parseJsonWithMedia(data, media);
    return { name, data: value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { name, text: firstCharacters(data) };
  }
}
