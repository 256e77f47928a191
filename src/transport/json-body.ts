import { asBuffer } from "../domain/as-buffer.ts";
import { DataUrlBytes } from "../domain/data-url-bytes.ts";
import type { JsonObject, JsonValue } from "../domain/json.ts";

/**
 * Writes a JSON body: bytes in it become base64 strings, or data URLs. The images of
 * a body are encoded straight into it, piece by piece, and never become one string.
 */
export function encodeJsonBody(value: JsonValue): Buffer {
  if (!holdsBytes(value)) return Buffer.from(JSON.stringify(value));
  const pieces: Piece[] = [];
  collectPieces(value, pieces);
  let size = 0;
  for (const piece of pieces) size += pieceLength(piece);
  const body = Buffer.allocUnsafe(size);
  let position = 0;
  for (const piece of pieces) position += writePiece(piece, body, position);
  return body;
}

/** A part of the text, or bytes whose base64 is the next part of it. */
type Piece = string | Uint8Array;

/** A multiple of three, so that no piece but the last has padding. */
const encodedAtOnce = 48 * 1024;

function holdsBytes(value: JsonValue | undefined): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Uint8Array) return true;
  if (Array.isArray(value)) return value.some(holdsBytes);
  for (const key in value) if (holdsBytes((value as JsonObject)[key])) return true;
  return false;
}

function collectPieces(value: JsonValue, pieces: Piece[]): void {
  if (value instanceof DataUrlBytes) {
    pieces.push(JSON.stringify(value.head).slice(0, -1), value, '"');
  } else if (value instanceof Uint8Array) {
    pieces.push('"', value, '"');
  } else if (!holdsBytes(value)) {
    pieces.push(JSON.stringify(value));
  } else if (Array.isArray(value)) {
    let separator = "[";
    for (const item of value as readonly JsonValue[]) {
      pieces.push(separator);
      collectPieces(item, pieces);
      separator = ",";
    }
    pieces.push("]");
  } else {
    let separator = "{";
    for (const [key, member] of Object.entries(value as JsonObject)) {
      if (member === undefined) continue;
      pieces.push(`${separator}${JSON.stringify(key)}:`);
      collectPieces(member, pieces);
      separator = ",";
    }
    pieces.push("}");
  }
}

function pieceLength(piece: Piece): number {
  return typeof piece === "string" ? Buffer.byteLength(piece) : Math.ceil(piece.length / 3) * 4;
}

function writePiece(piece: Piece, body: Buffer, at: number): number {
  if (typeof piece === "string") return body.write(piece, at);
  const bytes = asBuffer(piece);
  let position = at;
  for (let from = 0; from < bytes.length; from += encodedAtOnce) {
    position += body.write(
      bytes.toString("base64", from, Math.min(from + encodedAtOnce, bytes.length)),
      position,
      "latin1",
    );
  }
  return position - at;
}
