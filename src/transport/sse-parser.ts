/** One event of a stream, still in bytes. */
export interface SseEvent {
  /** Empty when it has none. */
  readonly name: string;
  /** The pieces of its data, in order, as they stood in the chunks. */
  readonly data: readonly Buffer[];
}

/**
 * Parses server-sent events from bytes (WHATWG HTML, "Server-sent events",
 * 2026-11). A line can be as long as `maxEventBytes` allows; it is searched once
 * and copied never. Two things go beyond the standard: an event that the end of
 * the body cut short is handed over, and lines that are no fields but together
 * are one JSON document are handed over as an event without a name, since some
 * servers put an error into a stream like that (python-genai #1162).
 */
export class SseParser {
  readonly #onEvent: (event: SseEvent) => void;
  readonly #maxEventBytes: number;
  /** The line that the last chunk ended in. */
  #carry: Buffer[] = [];
  #afterReturn = false;
  #isFirstLine = true;
  #name = "";
  #data: Buffer[] | undefined;
  /** How many bytes of the event are kept. */
  #size = 0;
  /** Lines that are no fields. */
  #strays: Buffer[] = [];
  #straysSize = 0;

  constructor(onEvent: (event: SseEvent) => void, maxEventBytes: number) {
    this.#onEvent = onEvent;
    this.#maxEventBytes = maxEventBytes;
  }

  /** Reads the next bytes. False means that the event is too large; nothing more must be written then. */
  write(chunk: Buffer): boolean {
    let position = 0;
    if (this.#afterReturn && chunk.length > 0) {
      this.#afterReturn = false;
      if (chunk[0] === lineFeed) position = 1;
    }
    // The next of each kind is looked up once: a chunk without any is searched twice, however many lines it has.
    let feed = chunk.indexOf(lineFeed, position);
    let carriageReturn = chunk.indexOf(lineReturn, position);
    while (feed >= 0 || carriageReturn >= 0) {
      const endsInReturn = carriageReturn >= 0 && (feed < 0 || carriageReturn < feed);
      const end = endsInReturn ? carriageReturn : feed;
      this.#endLine(chunk.subarray(position, end));
      position = end + 1;
      if (endsInReturn) {
        if (position === chunk.length) this.#afterReturn = true;
        else if (chunk[position] === lineFeed) position++;
      }
      if (feed >= 0 && feed < position) feed = chunk.indexOf(lineFeed, position);
      if (carriageReturn >= 0 && carriageReturn < position) {
        carriageReturn = chunk.indexOf(lineReturn, position);
      }
    }
    if (position < chunk.length) {
      const rest = chunk.subarray(position);
      this.#carry.push(rest);
      this.#size += rest.length;
    }
    return this.#size <= this.#maxEventBytes;
  }

  /** Ends the body, and hands over what is left. */
  end(): void {
    if (this.#carry.length > 0) this.#endLine(nothing);
    this.#endEvent();
  }

  #endLine(lastPiece: Buffer): void {
    let line: Buffer = lastPiece;
    let rest: Buffer[] = [];
    if (this.#carry.length > 0) {
      [line, rest] = withLongHead([...this.#carry, lastPiece]);
      this.#carry = [];
    }
    if (this.#isFirstLine) {
      this.#isFirstLine = false;
      if (line.subarray(0, 3).equals(byteOrderMark)) line = line.subarray(3);
    }
    this.#size += lastPiece.length;
    this.#readLine(line, rest);
  }

  #readLine(line: Buffer, rest: readonly Buffer[]): void {
    if (line.length === 0 && rest.length === 0) {
      this.#endEvent();
    } else if (isField(line, dataField)) {
      if (this.#data === undefined) this.#data = [];
      else this.#data.push(newLine);
      this.#data.push(fieldValue(line, dataField), ...rest);
    } else if (isField(line, eventField)) {
      this.#name = Buffer.concat([fieldValue(line, eventField), ...rest]).toString();
    } else if (line[0] !== colon && !isField(line, idField) && !isField(line, retryField)) {
      this.#strays.push(line, ...rest, newLine);
      this.#straysSize += line.length + 1;
      for (const piece of rest) this.#straysSize += piece.length;
      if (this.#straysSize > mostStrays) this.#forgetStrays();
    }
  }

  #endEvent(): void {
    if (this.#data !== undefined) this.#onEvent({ name: this.#name, data: this.#data });
    this.#name = "";
    this.#data = undefined;
    this.#size = 0;
    if (this.#strays.length === 0) return;
    const document = Buffer.concat(this.#strays);
    if (!isJsonContainer(document)) return;
    this.#forgetStrays();
    this.#onEvent({ name: "", data: [document] });
  }

  #forgetStrays(): void {
    this.#strays = [];
    this.#straysSize = 0;
  }
}

const nothing = Buffer.alloc(0);
const newLine = Buffer.from("\n");
const byteOrderMark = Buffer.from("\ufeff");
const lineFeed = 0x0a;
const lineReturn = 0x0d;
const space = 0x20;
const colon = 0x3a;
/** An error is small; what is larger is no error. In bytes. */
const mostStrays = 1024 * 1024;

const dataField = Buffer.from("data");
const eventField = Buffer.from("event");
const idField = Buffer.from("id");
const retryField = Buffer.from("retry");

function isField(line: Buffer, name: Buffer): boolean {
  if (line[0] !== name[0] || line.length < name.length) return false;
  for (let index = 1; index < name.length; index++) if (line[index] !== name[index]) return false;
  return line.length === name.length || line[name.length] === colon;
}

function fieldValue(line: Buffer, name: Buffer): Buffer {
  const start = name.length + 1;
  return line.subarray(line[start] === space ? start + 1 : start);
}

/** Puts enough into the first piece of a line to tell its field. */
function withLongHead(pieces: readonly Buffer[]): [Buffer, Buffer[]] {
  let count = 1;
  let length = (pieces[0] as Buffer).length;
  while (length < 16 && count < pieces.length) length += (pieces[count++] as Buffer).length;
  const first = count === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces.slice(0, count));
  return [first, pieces.slice(count).filter((piece) => piece.length > 0)];
}

function isJsonContainer(document: Buffer): boolean {
  const text = document.toString().trim();
  if (!/^(\{[\s\S]*\}|\[[\s\S]*\])$/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
