/** Bytes that grow as they are written. */
export class ByteWriter {
  #bytes: Buffer<ArrayBuffer>;
  #length = 0;

  /** `expected`: how many bytes it will probably be. */
  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafe(expected);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written. */
  written(): Buffer<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Writes bytes that are ready: the cheapest of all. */
  bytes(ready: Uint8Array): void {
    this.#reserve(ready.length);
    this.#bytes.set(ready, this.#length);
    this.#length += ready.length;
  }

  /** Writes a text in UTF-8. */
  text(value: string): void {
    this.#reserve(value.length * 3);
    if (value.length > loopLength || !this.#plain(value)) {
      this.#length += this.#bytes.write(value, this.#length);
    }
  }

  /** Writes the letters of a text as JSON has them between its quotes. */
  escaped(value: string): void {
    this.text(needsEscape(value) ? JSON.stringify(value).slice(1, -1) : value);
  }

  /** Writes a whole number in so many decimal digits. */
  digits(value: number, count: number): void {
    this.#reserve(count);
    let rest = value;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      this.#bytes[at] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.#length += count;
  }

  /** Writes the bytes that hexadecimal digits stand for. */
  hex(digits: string): void {
    this.#reserve(digits.length / 2);
    for (let index = 0; index < digits.length; index += 2) {
      const high = hexValues[digits.charCodeAt(index)] as number;
      const low = hexValues[digits.charCodeAt(index + 1)] as number;
      this.#bytes[this.#length++] = (high << 4) | low;
    }
  }

  /** Writes a whole number, seven bits a byte, the lowest first; one below zero as 64 bits. */
  varint(value: number): void {
    if (value >= 0 && value < 0x80) this.byte(value);
    else if (value >= 0 && value <= 0xffffffff) this.#varint32(value);
    else this.#varint64(BigInt.asUintN(64, BigInt(value)));
  }

  fixed32(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
  }

  fixed64(value: bigint): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeBigUInt64LE(value, this.#length);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** Leaves room for the length of what comes. Returns where it ends. */
  open(): number {
    this.byte(0);
    return this.#length;
  }

  /** Writes the length of what came since `from` before it. Mostly the room suffices. */
  close(from: number): void {
    const length = this.#length - from;
    if (length < 0x80) {
      this.#bytes[from - 1] = length;
      return;
    }
    let more = 0;
    for (let rest = length; rest >= 0x80; rest >>>= 7) more++;
    this.#reserve(more);
    this.#bytes.copyWithin(from + more, from, from + length);
    this.#length = from - 1;
    this.varint(length);
    this.#length = from + more + length;
  }

  /** Writes a text if it has but letters of one byte in UTF-8. */
  #plain(value: string): boolean {
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      this.#bytes[this.#length + index] = code;
    }
    this.#length += value.length;
    return true;
  }

  #varint32(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  #varint64(value: bigint): void {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(needed * 2);
    larger.set(this.written());
    this.#bytes = larger;
  }
}

/** Up to this many letters, writing one by one is cheaper than the call that writes all. */
const loopLength = 12;

function needsEscape(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    // The quotation mark, the backslash, and what lies outside of ASCII's visible letters.
    if (code < 0x20 || code === 0x22 || code === 0x5c || code > 0x7e) return true;
  }
  return false;
}

const hexValues: Readonly<Record<number, number>> = Uint8Array.from(
  { length: 128 },
  (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0,
);
