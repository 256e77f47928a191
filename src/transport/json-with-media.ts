import type { JsonValue } from "../domain/json.ts";
import { Base64Decoder } from "./base64-decoder.ts";
import type { MediaNode } from "./media-paths.ts";
import { mediaTree, replaceMedia } from "./media-paths.ts";
import { decodeMediaText, MediaString } from "./media-string.ts";

/**
 * Makes a parser of JSON that arrives in chunks and carries base64 media at
 * known paths. The media are decoded from the bytes while these arrive and never
 * become strings; what is around them is parsed once, at the end, as usual.
 * `sizeHint` is the length of the whole document in bytes; 0 when nobody knows.
 */
export function createMediaJsonParser(paths: readonly string[], sizeHint = 0): MediaJsonParser {
  return new MediaJsonParser(mediaTree(paths), sizeHint);
}

/**
 * Parses a whole JSON document that carries media: a text, or UTF-8 in chunks. A small
 * one goes the short way over strings, to the same result. Throws a SyntaxError when it
 * is no JSON.
 */
export function parseJsonWithMedia(
  document: string | readonly Buffer[],
  paths: readonly string[],
): JsonValue {
  let size = 0;
  if (typeof document !== "string") for (const chunk of document) size += chunk.length;
  if (typeof document !== "string" && size > smallDocument) {
    const parser = createMediaJsonParser(paths, size);
    for (const chunk of document) parser.write(chunk);
    return parser.end();
  }
  return replaceMedia(parseJson(document), mediaTree(paths), decodeMediaText);
}

/**
 * Parses a whole JSON document, a text or UTF-8 in chunks, with or without a byte order
 * mark. Throws a SyntaxError when it is none.
 */
export function parseJson(document: string | readonly Buffer[]): JsonValue {
  const text = typeof document === "string" ? document : textOf(document);
  return JSON.parse(text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text) as JsonValue;
}

function textOf(chunks: readonly Buffer[]): string {
  return (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString();
}

/** Up to this many bytes the string of an image costs less than what it takes to avoid it. */
export const smallDocument = 16 * 1024;

/** Parses one JSON document. Chunks must not be changed after they were written. */
export class MediaJsonParser {
  readonly #tree: MediaNode;
  readonly #decoder: Base64Decoder;
  /** The document without its media: each is replaced by its index in `#media`, in quotes. */
  readonly #skeleton: Buffer[] = [];
  readonly #media: (Uint8Array | string)[] = [];
  /** Where the reader is: the containers around it, and which of them lie on a path. */
  readonly #containers: Container[] = [];
  #inside: Container = { kind: "document", node: undefined };
  #state: "structure" | "key" | "text" | "media" = "structure";
  /** Where the next value lies on the paths, if it does. */
  #next: MediaNode | undefined;
  #expectsKey = false;
  #keyPieces: Buffer[] = [];
  #string: MediaString | undefined;
  /** The beginning of an escape that the end of a chunk cut off. */
  #escape = "";

  constructor(tree: MediaNode, sizeHint: number) {
    this.#tree = tree;
    this.#next = tree;
    this.#decoder = new Base64Decoder(Math.floor((sizeHint * 3) / 4));
  }

  /** Reads the next bytes of the document. */
  write(chunk: Buffer): void {
    let position = 0;
    let skeletonFrom = 0;
    while (position < chunk.length) {
      if (this.#state === "structure") {
        position = this.#readStructure(chunk, position);
        if (this.#string !== undefined) this.#keep(chunk.subarray(skeletonFrom, position));
      } else if (this.#state === "media") {
        position = this.#readMedia(chunk, position);
        // The quote that ends the string belongs to the skeleton.
        skeletonFrom = position;
      } else {
        position = this.#readString(chunk, position);
      }
    }
    if (this.#state !== "media") this.#keep(chunk.subarray(skeletonFrom));
  }

  /**
   * Ends the document and gives its value, with bytes where media stood. A
   * string at a media path that is no base64 stays a string, or becomes an empty one
   * where that shows only after 4,096 characters. Throws a SyntaxError when the
   * document is not well-formed or not whole.
   */
  end(): JsonValue {
    const value = parseJson(this.#skeleton);
    return replaceMedia(value, this.#tree, (index) => this.#media[Number(index)] as JsonValue);
  }

  /** Keeps a part of the skeleton: a small one as a copy, so that it does not hold the whole chunk. */
  #keep(part: Buffer): void {
    this.#skeleton.push(part.length > part.buffer.byteLength / 2 ? part : Buffer.from(part));
  }

  /** Reads up to the beginning of a string, which it enters, or to the end of the chunk. */
  #readStructure(chunk: Buffer, from: number): number {
    for (let position = from; position < chunk.length; position++) {
      switch (chunk[position]) {
        case quote:
          this.#enterString();
          return position + 1;
        case colon:
          this.#expectsKey = false;
          break;
        case comma:
          if (this.#inside.kind === "object") this.#expectsKey = true;
          else this.#next = this.#inside.node?.items;
          break;
        case openBrace:
          this.#enterContainer("object");
          this.#expectsKey = true;
          break;
        case openBracket:
          this.#enterContainer("array");
          this.#expectsKey = false;
          this.#next = this.#inside.node?.items;
          break;
        case closeBrace:
        case closeBracket:
          this.#inside = this.#containers.pop() ?? this.#inside;
          this.#expectsKey = false;
          break;
      }
    }
    return chunk.length;
  }

  #enterContainer(kind: "object" | "array"): void {
    this.#containers.push(this.#inside);
    const node = this.#next;
    this.#inside =
      node === undefined ? (kind === "object" ? otherObject : otherArray) : { kind, node };
    this.#next = undefined;
  }

  #enterString(): void {
    if (this.#expectsKey) {
      this.#state = "key";
    } else if (this.#next?.media === true) {
      this.#state = "media";
      this.#string = new MediaString(this.#decoder);
    } else {
      this.#state = "text";
    }
  }

  /** Reads a string that is no medium, up to and with its closing quote. */
  #readString(chunk: Buffer, from: number): number {
    let position = from;
    if (this.#escape !== "") {
      this.#escape = "";
      position++;
    }
    while (position < chunk.length) {
      const byte = chunk[position];
      if (byte === quote) {
        if (this.#state === "key") this.#endKey(chunk.subarray(from, position));
        this.#state = "structure";
        return position + 1;
      }
      position += byte === backslash ? 2 : 1;
    }
    if (position > chunk.length) this.#escape = "\\";
    if (this.#state === "key") this.#keyPieces.push(chunk.subarray(from));
    return chunk.length;
  }

  #endKey(lastPiece: Buffer): void {
    this.#next = undefined;
    const node = this.#inside.node;
    if (node !== undefined) {
      const raw =
        this.#keyPieces.length === 0 ? lastPiece : Buffer.concat([...this.#keyPieces, lastPiece]);
      this.#next = node.keys.get(unescapeKey(raw.toString()));
    }
    if (this.#keyPieces.length > 0) this.#keyPieces = [];
  }

  /** Reads a medium up to its closing quote, which it leaves. */
  #readMedia(chunk: Buffer, from: number): number {
    const string = this.#string as MediaString;
    let end = from;
    if (this.#escape === "") {
      const closing = chunk.indexOf(quote, from);
      end = closing < 0 ? chunk.length : closing;
      const plain = chunk.subarray(from, end);
      if (plain.indexOf(backslash) < 0) string.write(plain, plain);
      else end = this.#readEscaped(string, chunk, from);
    } else {
      end = this.#readEscaped(string, chunk, from);
    }
    if (end < chunk.length) {
      this.#skeleton.push(Buffer.from(String(this.#media.length)));
      this.#media.push(string.finish());
      this.#string = undefined;
      this.#state = "text";
    }
    return end;
  }

  /** The same where there are escapes: slower, since they are rare. */
  #readEscaped(string: MediaString, chunk: Buffer, from: number): number {
    const plain = Buffer.allocUnsafe(chunk.length - from);
    let length = 0;
    let position = from;
    for (; position < chunk.length; position++) {
      const byte = chunk[position] as number;
      if (this.#escape !== "") {
        this.#escape += String.fromCharCode(byte);
        if (this.#escape.length === (this.#escape[1] === "u" ? 6 : 2)) {
          plain[length++] = unescapeByte(this.#escape);
          this.#escape = "";
        }
      } else if (byte === backslash) {
        this.#escape = "\\";
      } else if (byte === quote) {
        break;
      } else {
        plain[length++] = byte;
      }
    }
    string.write(chunk.subarray(from, position), plain.subarray(0, length));
    return position;
  }
}

/** An object or array that the reader is inside of. */
interface Container {
  readonly kind: "document" | "object" | "array";
  readonly node: MediaNode | undefined;
}

const otherObject: Container = { kind: "object", node: undefined };
const otherArray: Container = { kind: "array", node: undefined };

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const byteOrderMark = 0xfeff;

function unescapeKey(raw: string): string {
  if (!raw.includes("\\")) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    // Not JSON: the parser of the whole will say so.
    return raw;
  }
}

/** The one byte that an escape sequence stands for. 0, which is in no base64, for all that is more. */
function unescapeByte(sequence: string): number {
  switch (sequence[1]) {
    case "/":
      return 0x2f;
    case "n":
    case "r":
    case "t":
      return 0x20;
    case "u": {
      const code = Number.parseInt(sequence.slice(2), 16);
      return code < 0x80 ? code : 0;
    }
    default:
      return 0;
  }
}
