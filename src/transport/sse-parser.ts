/** One event of a stream. */
export interface SseEvent {
  /** Empty when it has none. */
  readonly name: string;
  /** Its data: as text, or in the pieces that the chunks had it in where a line of it is long. */
  readonly data: string | readonly Buffer[];
}

/**
 * Parses server-sent events from bytes (WHATWG HTML, "Server-sent events",
 * 2026-11). All lines that end in a chunk are decoded at once, since most are short.
 * A line can be as long as `maxEventBytes` allows: a long one stays bytes, is searched
 * once and copied never. Two things go beyond the standard: an event that the end of
 * the body cut short is handed over, and lines that are no fields but together
 * are one JSON document are handed over as an event without a name, since some
 * servers put an error into a stream like that (python-genai #1162).
 */
export class SseParser {
  readonly #onEvent: (event: SseEvent) => void;
  readonly #maxEventBytes: number;
  /** The line that the last chunk ended in. */
  #carry: Buffer[] = [];
  #carryBytes = 0;
  #afterReturn = false;
  #isFirstLine = true;
  #name = "";
  #data: string | Buffer[] | undefined;
  /** How much of the event is kept: the bytes of what is carried, the characters of what is read. */
  #size = 0;
  /** Lines that are no fields. */
  #strays = "";

  constructor(onEvent: (event: SseEvent) => void, maxEventBytes: number) {
    this.#onEvent = onEvent;
    this.#maxEventBytes = maxEventBytes;
  }

  /** Reads the next bytes. False means that the event is too large; nothing more must be written then. */
  write(chunk: Buffer): boolean {
    // Large chunks are read as sockets would bring them, so that long lines are not decoded.
    for (let from = 0; from < chunk.length; from += largestPart) {
      this.#readPart(
        chunk.length <= largestPart ? chunk : chunk.subarray(from, from + largestPart),
      );
    }
    return this.#size + this.#carryBytes <= this.#maxEventBytes;
  }

  /** Ends the body, and hands over what is left. */
  end(): void {
    if (this.#carry.length > 0) this.#readCarried(newLine);
    this.#endEvent();
  }

  #readPart(part: Buffer): void {
    let from = 0;
    if (this.#afterReturn) {
      this.#afterReturn = false;
      if (part[0] === lineFeed) from = 1;
    }
    const to = linesEnd(part);
    if (to > from) {
      this.#afterReturn = to === part.length && part[to - 1] === lineReturn;
      if (this.#carry.length > 0) this.#readCarried(part.subarray(from, to));
      else this.#readText(part.toString("utf8", from, to));
      from = to;
    }
    if (from === part.length) return;
    const rest = part.subarray(from);
    this.#carry.push(rest);
    this.#carryBytes += rest.length;
  }

  /** Reads whole lines, of which the first one goes on with what is carried. */
  #readCarried(lines: Buffer): void {
    const carry = this.#carry;
    const isLong = this.#carryBytes > longLine;
    this.#carry = [];
    this.#carryBytes = 0;
    if (!isLong) {
      this.#readText(Buffer.concat([...carry, lines]).toString());
      return;
    }
    const end = firstLineEnd(lines);
    this.#readLongLine([...carry, lines.subarray(0, end)]);
    const isPair = lines[end] === lineReturn && lines[end + 1] === lineFeed;
    this.#readText(lines.toString("utf8", isPair ? end + 2 : end + 1));
  }

  #readText(encoded: string): void {
    let text = encoded;
    if (this.#isFirstLine && text !== "") {
      this.#isFirstLine = false;
      if (text.startsWith(byteOrderMark)) text = text.slice(1);
    }
    if (text.includes("\r")) text = text.replaceAll(/\r\n?/g, "\n");
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      if (end === from) {
        this.#endEvent();
      } else {
        this.#size += end - from;
        this.#readLine(text, from, end);
      }
      from = end + 1;
    }
  }

  #readLine(text: string, from: number, to: number): void {
    if (text.startsWith("data:", from)) {
      this.#addText(text.slice(valueStart(text, from + 5), to));
      return;
    }
    const line = text.slice(from, to);
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(valueStart(line, colon + 1));
    if (name === "data") {
      this.#addText(value);
    } else if (name === "event") {
      this.#name = value;
    } else if (name !== "" && name !== "id" && name !== "retry") {
      this.#strays += `${line}\n`;
      if (this.#strays.length > mostStrays) this.#strays = "";
    }
  }

  #readLongLine(pieces: readonly Buffer[]): void {
    const [head, rest] = withLongHead(pieces);
    const start = this.#isFirstLine && head.toString("utf8", 0, 3) === byteOrderMark ? 3 : 0;
    if (head.toString("latin1", start, start + 5) !== "data:") {
      this.#readText(Buffer.concat([...pieces, newLine]).toString());
      return;
    }
    this.#isFirstLine = false;
    for (const piece of pieces) this.#size += piece.length;
    this.#addPieces([head.subarray(head[start + 5] === space ? start + 6 : start + 5), ...rest]);
  }

  #addText(value: string): void {
    if (this.#data === undefined) this.#data = value;
    else if (typeof this.#data === "string") this.#data += `\n${value}`;
    else this.#data.push(newLine, Buffer.from(value));
  }

  #addPieces(pieces: Buffer[]): void {
    if (this.#data === undefined) this.#data = pieces;
    else if (typeof this.#data === "string")
      this.#data = [Buffer.from(this.#data), newLine, ...pieces];
    else this.#data.push(newLine, ...pieces);
  }

  #endEvent(): void {
    if (this.#data !== undefined) this.#onEvent({ name: this.#name, data: this.#data });
    this.#name = "";
    this.#data = undefined;
    this.#size = 0;
    if (this.#strays === "") return;
    const document = this.#strays;
    if (!isJsonContainer(document)) return;
    this.#strays = "";
    this.#onEvent({ name: "", data: document });
  }
}

const newLine = Buffer.from("\n");
const byteOrderMark = "\ufeff";
const lineFeed = 0x0a;
const lineReturn = 0x0d;
const space = 0x20;
/** As much as is read from a socket at once, in bytes. */
const largestPart = 64 * 1024;
/** From how many bytes on a line that chunks have cut stays bytes. */
const longLine = 16 * 1024;
/** An error is small; what is larger is no error. In characters. */
const mostStrays = 1024 * 1024;

/** One space may stand between the colon and the value. */
function valueStart(text: string, afterColon: number): number {
  return text.charCodeAt(afterColon) === space ? afterColon + 1 : afterColon;
}

/** Where the last line ends that is whole. 0 when none is. */
function linesEnd(bytes: Buffer): number {
  const { length } = bytes;
  if (bytes[length - 1] === lineFeed) return length;
  return Math.max(bytes.lastIndexOf(lineFeed), bytes.lastIndexOf(lineReturn)) + 1;
}

function firstLineEnd(lines: Buffer): number {
  const feed = lines.indexOf(lineFeed);
  const carriageReturn = lines.indexOf(lineReturn);
  return feed < 0 || (carriageReturn >= 0 && carriageReturn < feed) ? carriageReturn : feed;
}

/** Puts enough into the first piece of a line to tell its field. */
function withLongHead(pieces: readonly Buffer[]): [Buffer, Buffer[]] {
  let count = 1;
  let length = (pieces[0] as Buffer).length;
  while (length < 16 && count < pieces.length) length += (pieces[count++] as Buffer).length;
  const first = count === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces.slice(0, count));
  return [first, pieces.slice(count).filter((piece) => piece.length > 0)];
}

function isJsonContainer(document: string): boolean {
  const text = document.trim();
  if (!/^(\{[\s\S]*\}|\[[\s\S]*\])$/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
