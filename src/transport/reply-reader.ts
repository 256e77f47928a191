import type { JsonValue } from "../domain/json.ts";
import type { Reply, ReplyBody } from "../providers/reply.ts";
import type { FailedExchange } from "./exchange-failure.ts";
import { badAnswer } from "./exchange-failure.ts";
import { firstCharacters, firstCharactersBytes } from "./first-characters.ts";
import type { AnswerControl, AnswerHead, AnswerReader } from "./http-exchange.ts";
import type { MediaJsonParser } from "./json-with-media.ts";
import {
  createMediaJsonParser,
  parseJson,
  parseJsonWithMedia,
  smallDocument,
} from "./json-with-media.ts";

/** A whole answer, as a result. */
export interface RepliedExchange {
  readonly kind: "reply";
  readonly reply: Reply;
}

/** What a reader needs to know of whole answers. */
export interface ReplyOptions {
  /** The most bytes of an answer that is a success. */
  readonly maxBytes: number;
  /** Where the answer carries media. */
  readonly media: readonly string[] | undefined;
  /** Whether a success may be an image itself. */
  readonly expectsImage: boolean;
}

/**
 * Reads a whole answer. A success that is larger than allowed is a failure. Of
 * an error, or of a page for people, one mebibyte is read at most, and what has
 * come of it is the answer even when the rest is missing: its status says enough.
 */
export function readReply(
  head: AnswerHead,
  control: AnswerControl<RepliedExchange>,
  options: ReplyOptions,
): AnswerReader {
  return new ReplyReader(head, control, options);
}

class ReplyReader implements AnswerReader {
  readonly #head: AnswerHead;
  readonly #control: AnswerControl<RepliedExchange>;
  readonly #maxBytes: number;
  /** Whether what came is an answer even when it is not whole. */
  readonly #isNotice: boolean;
  readonly #isImage: boolean;
  readonly #media: readonly string[] | undefined;
  /** Reads the body of an answer that is no small one and carries media. */
  #parser: MediaJsonParser | undefined;
  /** The body; where a parser reads it, a copy of its beginning, which holds no memory but its own. */
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(
    head: AnswerHead,
    control: AnswerControl<RepliedExchange>,
    { maxBytes, media, expectsImage }: ReplyOptions,
  ) {
    this.#head = head;
    this.#control = control;
    this.#isNotice = isError(head.status) || hasType(head, "text/html");
    this.#maxBytes = this.#isNotice ? noticeBytes : maxBytes;
    this.#isImage = expectsImage && !this.#isNotice && hasType(head, "image/");
    this.#media = this.#isNotice || this.#isImage ? undefined : media;
    if (!this.#isNotice && this.#announcedSize() > maxBytes) this.#refuse();
  }

  write(chunk: Buffer): void {
    if (this.#parser === undefined) this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) {
      if (this.#isNotice) this.#reply(this.#text());
      else this.#refuse();
    } else if (this.#parser !== undefined) {
      this.#parser.write(chunk);
    } else if (this.#media !== undefined && this.#size > smallDocument) {
      this.#parser = createMediaJsonParser(this.#media, this.#announcedSize());
      for (const each of this.#chunks) this.#parser.write(each);
      this.#chunks = [Buffer.concat(this.#chunks, firstCharactersBytes)];
    }
  }

  end(): void {
    this.#reply(this.#body());
  }

  cut(failed: FailedExchange): void {
    if (this.#isNotice) this.#reply(this.#text());
    else this.#control.finish(failed);
  }

  #body(): ReplyBody {
    if (this.#size === 0) return { kind: "empty" };
    if (this.#isImage) return { kind: "bytes", bytes: this.#whole() };
    const value = this.#parse();
    return value === undefined ? this.#text() : { kind: "json", value };
  }

  #parse(): JsonValue | undefined {
    try {
      if (this.#parser !== undefined) return this.#parser.end();
      // A page is told from JSON by its first character, since an exception costs more.
      if (this.#chunks[0]?.[0] === lessThan) return undefined;
      if (this.#media === undefined) return parseJson(this.#chunks);
      return parseJsonWithMedia(this.#chunks, this.#media);
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  #whole(): Uint8Array {
    const [first] = this.#chunks;
    return first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
  }

  /** The length of the whole body. 0 when the server did not say. */
  #announcedSize(): number {
    const size = Number(this.#head.headers["content-length"] ?? 0);
    return Number.isSafeInteger(size) ? size : 0;
  }

  #text(): ReplyBody {
    const text = firstCharacters(this.#chunks);
    return text.trim() === "" ? { kind: "empty" } : { kind: "text", text };
  }

  #reply(body: ReplyBody): void {
    const { status, headers } = this.#head;
    this.#control.finish({ kind: "reply", reply: { status, headers, body } });
  }

  #refuse(): void {
    const message = `The answer is larger than ${this.#maxBytes} bytes.`;
    this.#control.finish({ kind: "failed", failure: badAnswer(message, this.#head.status) });
  }
}

const noticeBytes = 1024 * 1024;
const lessThan = 0x3c;

function isError(status: number): boolean {
  return status < 200 || status > 299;
}

function hasType(head: AnswerHead, beginning: string): boolean {
  return head.headers["content-type"]?.trim().toLowerCase().startsWith(beginning) === true;
}
