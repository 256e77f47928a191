/**
 * Memory that Protobuf is written into, again and again. Bytes that are large stand
 * aside, and come to their places uncopied when everything is written.
 */
export class Scratch {
  #memory = Buffer.allocUnsafeSlow(usualBytes);
  #end = 0;
  /** What stands aside, in the order of its places. */
  #guests: Guest[] = [];

  /** Begins anew, after room for a head of some bytes. Memory beyond the usual is let go of. */
  clear(headBytes: number): void {
    this.#end = headBytes;
    if (this.#guests.length > 0) this.#guests = [];
    if (this.#memory.length > mostKeptBytes) this.#memory = Buffer.allocUnsafeSlow(usualBytes);
  }

  /** What was written, in pieces: what stood aside, as it was given, and copies of what is between. */
  take(): [Buffer, ...Uint8Array[]] {
    const guests = this.#guests;
    const pieces: [Buffer, ...Uint8Array[]] = [this.#copy(0, guests[0]?.place ?? this.#end)];
    if (guests.length === 0) return pieces;
    this.#guests = [];
    for (const [index, { place, bytes }] of guests.entries()) {
      const next = guests[index + 1]?.place ?? this.#end;
      pieces.push(bytes);
      if (next > place) pieces.push(this.#copy(place, next));
    }
    return pieces;
  }

  #copy(from: number, to: number): Buffer {
    const bytes = Buffer.allocUnsafe(to - from);
    this.#memory.copy(bytes, 0, from, to);
    return bytes;
  }

  /** Writes a whole number that is not negative. */
  varint(value: number): void {
    this.#reserve(longestVarint);
    const memory = this.#memory;
    let end = this.#end;
    let rest = value;
    // Operators on bits do not reach beyond 32 of them.
    while (rest > 0x7fff_ffff) {
      memory[end++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest > 0x7f) {
      memory[end++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    memory[end++] = rest;
    this.#end = end;
  }

  /** Writes a whole number: a negative one as the 64 bits of its complement. */
  integer(value: number | bigint): void {
    const number = Number(value);
    if (number >= 0 && number <= Number.MAX_SAFE_INTEGER) this.varint(number);
    else this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
  }

  #bigVarint(value: bigint): void {
    this.#reserve(longestVarint);
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
    const { length } = value;
    if (length <= shortText && this.#shortText(value)) return;
    const most = length <= measuredText ? length * 3 : Buffer.byteLength(value);
    this.#reserve(longestVarint + most);
    // Most texts are ASCII and have as many bytes as characters.
    const head = varintLength(length);
    const start = this.#end + head;
    const size = this.#memory.write(value, start);
    const shift = varintLength(size) - head;
    if (shift > 0) this.#memory.copyWithin(start + shift, start, start + size);
    this.varint(size);
    this.#end += size;
  }

  /** Writes a short text if it is ASCII; tells whether it is. */
  #shortText(value: string): boolean {
    const { length } = value;
    this.#reserve(length + 1);
    const memory = this.#memory;
    const start = this.#end + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      memory[start + index] = code;
    }
    memory[start - 1] = length;
    this.#end = start + length;
    return true;
  }

  /** Writes bytes that are Protobuf already. */
  append(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#memory.set(value, this.#end);
    this.#end += value.length;
  }

  /** Writes the length of bytes, which stand aside. */
  bytes(value: Uint8Array): void {
    this.varint(value.length);
    if (value.length > 0) this.#guests.push({ place: this.#end, bytes: value });
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
    if (length > 0x7f || this.#guests.length > 0) this.#closeLong(start, length);
    else this.#memory[start - 1] = length;
  }

  #closeLong(start: number, writtenBytes: number): void {
    const guests = this.#guests;
    let length = writtenBytes;
    for (const { place, bytes } of guests) if (place >= start) length += bytes.length;
    const shift = varintLength(length) - 1;
    this.#reserve(shift);
    this.#memory.copyWithin(start + shift, start, this.#end);
    for (const guest of guests) if (guest.place >= start) guest.place += shift;
    this.#end = start - 1;
    this.varint(length);
    this.#end += writtenBytes;
  }

  #reserve(bytes: number): void {
    const wanted = this.#end + bytes;
    if (wanted <= this.#memory.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.#memory.length * 2));
    this.#memory.copy(larger, 0, 0, this.#end);
    this.#memory = larger;
  }
}

/** Bytes that stand aside. */
interface Guest {
  /** Where in the memory they belong. */
  place: number;
  readonly bytes: Uint8Array;
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
/** Above this length a text's bytes are counted first; below there is room for the most that it can take. */
const measuredText = 64 * 1024;
