import { type DescMessage, fromJsonString, type Message } from "@bufbuild/protobuf";

/**
 * Reads a message from JSON as Protobuf-ES does, to the same result or error. Large
 * images in it are decoded by Node, a twentieth of the time that JavaScript takes: they
 * are cut out, the rest is read with marks in their places, and they are put there.
 * Whatever is not quite usual is read by Protobuf-ES alone.
 */
export function readJson(schema: DescMessage, json: Buffer): Message {
  return (
    (json.length > longText && readWithImages(schema, json)) ||
    fromJsonString(schema, utf8.decode(json))
  );
}

function readWithImages(schema: DescMessage, json: Buffer): Message | undefined {
  const { rest, images } = cutOut(json);
  if (images.length === 0) return undefined;
  try {
    const message = fromJsonString(schema, utf8.decode(rest));
    // What was cut out may have been the text of a prompt, or of a field that comes twice.
    const placed = putBack(message as unknown as Record<string, unknown>, images);
    return placed === images.length ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Takes the long base64 strings out of a JSON document, and leaves marks. */
function cutOut(json: Buffer): { readonly rest: Buffer; readonly images: readonly Uint8Array[] } {
  const parts: Uint8Array[] = [];
  const images: Uint8Array[] = [];
  let from = 0;
  for (let start = json.indexOf(quote) + 1; start > 0; ) {
    const end = endOfString(json, start);
    if (end < 0) break;
    const image = end - start > longText ? decode(json, start, end) : undefined;
    if (image !== undefined) {
      parts.push(json.subarray(from, start), Buffer.from(markOf(images.length).toString("base64")));
      images.push(image);
      from = end;
    }
    start = json.indexOf(quote, end + 1) + 1;
  }
  parts.push(json.subarray(from));
  return { rest: Buffer.concat(parts), images };
}

/** Where the quote is that ends a string. Negative when there is none. */
function endOfString(json: Buffer, start: number): number {
  let end = json.indexOf(quote, start);
  while (end >= 0 && isEscaped(json, start, end)) end = json.indexOf(quote, end + 1);
  return end;
}

function isEscaped(json: Buffer, start: number, at: number): boolean {
  let first = at;
  while (first > start && json[first - 1] === backslash) first--;
  return (at - first) % 2 === 1;
}

/** Decodes plain base64: whole groups of four, and nothing between them. Undefined when it is none. */
function decode(json: Buffer, start: number, end: number): Uint8Array | undefined {
  const length = end - start;
  if (length % 4 !== 0) return undefined;
  const paddings = json[end - 1] !== padding ? 0 : json[end - 2] !== padding ? 1 : 2;
  const image = Buffer.allocUnsafeSlow((length / 4) * 3 - paddings);
  let size = 0;
  for (let from = start; from < end; from += decodedAtOnce) {
    const text = json.toString("latin1", from, Math.min(from + decodedAtOnce, end));
    size += image.write(text, size, "base64");
  }
  // Node passes over what is no base64, so that only a full count is a success.
  return size === image.length ? image : undefined;
}

/** Puts the images in the places of their marks, and counts these. */
function putBack(holder: Record<string, unknown>, images: readonly Uint8Array[]): number {
  let placed = 0;
  for (const [name, value] of Object.entries(holder)) {
    if (value instanceof Uint8Array) {
      const image = images[indexIn(value)];
      if (image === undefined) continue;
      holder[name] = image;
      placed++;
    } else if (typeof value === "object" && value !== null) {
      placed += putBack(value as Record<string, unknown>, images);
    }
  }
  return placed;
}

function markOf(index: number): Buffer {
  const mark = Buffer.from(markBeginning);
  mark.writeUInt32BE(index, mark.length - 4);
  return mark;
}

/** The index that a mark carries. -1 for all other bytes. */
function indexIn(bytes: Uint8Array): number {
  if (bytes.length !== markBeginning.length) return -1;
  const mark = Buffer.from(bytes);
  const index = mark.readUInt32BE(mark.length - 4);
  return mark.equals(markOf(index)) ? index : -1;
}

// Without a byte order mark, and with U+FFFD for what is no UTF-8.
const utf8 = new TextDecoder();

/** Fewer characters are decoded by Protobuf-ES. */
const longText = 16 * 1024;

/** A multiple of four, and little enough that V8 keeps the text among its young objects. */
const decodedAtOnce = 48 * 1024;

/** Whoever writes it into a request only changes that request. The last four bytes are an index. */
const markBeginning = Buffer.from("an image was cut out here:....");

const quote = 0x22;
const padding = 0x3d;
const backslash = 0x5c;
