import { takeImageMemory } from "../domain/image-memory.ts";

/**
 * Decodes base64 that arrives in pieces. The pieces are plain bytes of text:
 * both alphabets, white space anywhere, padding or none. All strings of one
 * document are decoded into one allocation where its size was foretold.
 */
export class Base64Decoder {
  #buffer: Buffer;
  /** Where the string that is being decoded begins in the buffer, and how far it has got. */
  #start = 0;
  #end = 0;
  /** Up to three characters that wait for the fourth, as bits, and how many they are. */
  #quantum = 0;
  #count = 0;
  #padding = 0;

  /** `sizeHint` is how many bytes all strings together will give, at most. 0 when nobody knows. */
  constructor(sizeHint: number) {
    this.#buffer = sizeHint > 0 ? takeImageMemory(sizeHint + slack) : nothing;
  }

  /** Decodes the next piece. False means that it is no base64; then the string is lost until `begin`. */
  write(text: Buffer, from = 0, to = text.length): boolean {
    let position = from;
    while (this.#count !== 0 && position < to) {
      if (!this.#decodeByHand(text, position, position + 1)) return false;
      position++;
    }
    let end = position + ((to - position) & ~3);
    // Padding makes the last four characters give fewer than three bytes: they are done by hand.
    if (end > position && text[end - 1] === paddingSign) end -= 4;
    if (end - position >= worthwhile && this.#padding === 0) {
      const size = ((end - position) / 4) * 3;
      this.#reserve(size);
      const piece = text.toString("latin1", position, end);
      // The runtime's decoder passes over what is no base64, so that only a full count is a success.
      if (this.#buffer.write(piece, this.#end, size, "base64") === size) {
        this.#end += size;
        position = end;
      }
    }
    return this.#decodeByHand(text, position, to);
  }

  /** Ends the string and gives its bytes. Undefined when its length is that of no base64 text. */
  finish(): Uint8Array | undefined {
    if (this.#count === 1) return undefined;
    this.#reserve(2);
    if (this.#count === 2) {
      this.#buffer[this.#end++] = this.#quantum >> 4;
    } else if (this.#count === 3) {
      this.#buffer[this.#end++] = this.#quantum >> 10;
      this.#buffer[this.#end++] = (this.#quantum >> 2) & 0xff;
    }
    const bytes = this.#buffer.subarray(this.#start, this.#end);
    this.#start = this.#end;
    this.begin();
    return bytes;
  }

  /** Makes ready for another string, and forgets one that was not finished. */
  begin(): void {
    this.#end = this.#start;
    this.#quantum = 0;
    this.#count = 0;
    this.#padding = 0;
  }

  #decodeByHand(text: Buffer, from: number, to: number): boolean {
    this.#reserve((((to - from) * 3) >> 2) + 3);
    const buffer = this.#buffer;
    let { quantum, count, end } = { quantum: this.#quantum, count: this.#count, end: this.#end };
    for (let position = from; position < to; position++) {
      const value = values[text[position] as number] as number;
      if (value < 64) {
        if (this.#padding !== 0) return false;
        quantum = (quantum << 6) | value;
        if (++count === 4) {
          buffer[end++] = quantum >> 16;
          buffer[end++] = (quantum >> 8) & 0xff;
          buffer[end++] = quantum & 0xff;
          quantum = 0;
          count = 0;
        }
      } else if (value === paddingValue) {
        if (count < 2 || ++this.#padding > 4 - count) return false;
      } else if (value !== spaceValue) {
        return false;
      }
    }
    this.#quantum = quantum;
    this.#count = count;
    this.#end = end;
    return true;
  }

  /** Makes room for some more bytes of the string. What earlier strings gave stays where it is. */
  #reserve(size: number): void {
    if (this.#end + size <= this.#buffer.length) return;
    const used = this.#end - this.#start;
    const larger = takeImageMemory(Math.max(smallestGrowth, (used + size) * 2));
    this.#buffer.copy(larger, 0, this.#start, this.#end);
    this.#buffer = larger;
    this.#start = 0;
    this.#end = used;
  }
}

const nothing = Buffer.alloc(0);
const smallestGrowth = 4096;
/** Room is asked for in advance, for a few bytes more than will come. */
const slack = 8;
/** Fewer characters are decoded faster by hand than by the runtime. */
const worthwhile = 32;

const paddingSign = 0x3d;
const spaceValue = 64;
const paddingValue = 65;
const values = buildValues();

/** What each byte means: 0 to 63 a digit, else one of the above, or nothing good. */
function buildValues(): Uint8Array {
  const table = new Uint8Array(256).fill(255);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (let value = 0; value < 64; value++) table[alphabet.charCodeAt(value)] = value;
  table["-".charCodeAt(0)] = 62;
  table["_".charCodeAt(0)] = 63;
  table[paddingSign] = paddingValue;
  for (const space of " \t\r\n") table[space.charCodeAt(0)] = spaceValue;
  return table;
}
