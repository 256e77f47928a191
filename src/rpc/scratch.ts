/** Memory that Protobuf is written into, again and again. */
export class Scratch {
  #memory = Buffer.allocUnsafeSlow(usualBytes);
  #end = 0;

  /** Begins anew. Memory beyond the usual is let go of. */
  clear(): void {
    this.#end = 0;
    if (this.#memory.length > mostKeptBytes) this.#memory = Buffer.allocUnsafeSlow(usualBytes);
  }

  /** What was written, as bytes of its own. */
  copy(): Uint8Array {
    const bytes = new Uint8Array(this.#end);
    bytes.set(this.#memory.subarray(0, this.#end));
    return bytes;
  }

  /** Writes a whole number: a negative one as the 64 bits of its complement. */
  varint(value: number | bigint): void {
    this.#reserve(longestVarint);
    if (value < 0 || (typeof value === "bigint" && value > Number.MAX_SAFE_INTEGER)) {
      this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
      return;
    }
    let rest = Number(value);
    while (rest > 0x7f) {
      this.#memory[this.#end++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#memory[this.#end++] = rest;
  }

  #bigVarint(value: bigint): void {
    let rest = value;
    while (rest > 0x7fn) {
      this.#memory[this.#end++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#memory[this.#end++] = Number(rest);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#end = this.#memory.writeDoubleLE(value, this.#end);
  }

  /** Writes a text's length and its UTF-8. */
  text(value: string): void {
    if (value.length <= shortText && this.#shortText(value)) return;
    const size = Buffer.byteLength(value);
    this.varint(size);
    this.#reserve(size);
    this.#end += this.#memory.write(value, this.#end);
  }

  /** Writes a short text if it is ASCII; tells whether it is. */
  #shortText(value: string): boolean {
    const { length } = value;
    this.#reserve(length + 1);
    const start = this.#end + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      this.#memory[start + index] = code;
    }
    this.#memory[this.#end] = length;
    this.#end = start + length;
    return true;
  }

  /** Writes bytes behind their length. */
  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.#reserve(value.length);
    this.#memory.set(value, this.#end);
    this.#end += value.length;
  }

  /** Begins what stands behind its length. Returns where it begins. */
  open(): number {
    this.#reserve(1);
    // Most of it is short enough that its length is one byte.
    this.#end++;
    return this.#end;
  }

  /** Ends what began there. */
  close(start: number): void {
    const length = this.#end - start;
    if (length > 0x7f) {
      const head = varintLength(length);
      this.#reserve(head - 1);
      this.#memory.copyWithin(start + head - 1, start, this.#end);
      this.#end = start - 1;
      this.varint(length);
      this.#end += length;
    } else {
      this.#memory[start - 1] = length;
    }
  }

  #reserve(bytes: number): void {
    const wanted = this.#end + bytes;
    if (wanted <= this.#memory.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.#memory.length * 2));
    this.#memory.copy(larger, 0, 0, this.#end);
    this.#memory = larger;
  }
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

const usualBytes = 16 * 1024;
const mostKeptBytes = 256 * 1024;
const longestVarint = 10;
/** Up to this length a loop beats the call into the runtime, and the length is one byte. */
const shortText = 64;
