/**
 * Bytes that a JSON body carries as a data URL, "data:image/png;base64,…", where bare
 * bytes are base64 alone. It is a view: the file stays where it is and is encoded when
 * the body is written, so that a large image never becomes a string.
 */
export class DataUrlBytes extends Uint8Array<ArrayBufferLike> {
  /** What stands before the base64. */
  readonly head: string;

  constructor(bytes: Uint8Array, mimeType: string) {
    super(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.head = `data:${mimeType};base64,`;
  }

  /** A part of it is no data URL. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  /** The whole data URL, for whoever writes JSON without care for its size. */
  toJSON(): string {
    const base64 = Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString("base64");
    return this.head + base64;
  }
}
