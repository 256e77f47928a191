import { createHash } from "node:crypto";
import { asBuffer } from "../domain/as-buffer.ts";
import type { MultipartPart } from "../providers/http-call.ts";

/** A multipart form, ready to be sent. */
export interface MultipartBody {
  readonly bytes: Buffer;
  /** "multipart/form-data; boundary=…". */
  readonly contentType: string;
}

/**
 * Writes a multipart form (RFC 7578) with a length that is known before it is
 * sent, since small servers refuse chunked forms with 411. Names are escaped as
 * browsers do (WHATWG HTML, "multipart/form-data encoding algorithm", 2026-11),
 * so that no name and no content can add a part.
 */
export function encodeMultipart(parts: readonly MultipartPart[]): MultipartBody {
  const contents = parts.map((part) =>
    part.kind === "field" ? Buffer.from(part.value) : asBuffer(part.bytes),
  );
  const boundary = boundaryFor(contents);
  const pieces: Buffer[] = [];
  for (const [index, part] of parts.entries()) {
    pieces.push(
      Buffer.from(`--${boundary}\r\n${partHead(part)}\r\n`),
      contents[index] as Buffer,
      lineEnd,
    );
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  return {
    bytes: Buffer.concat(pieces),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

const lineEnd = Buffer.from("\r\n");
const usualBoundary = "----spillway-7d1f4c02a95be638";

/**
 * A boundary that is in none of the contents: the usual one, or, where somebody
 * has put that into a prompt or a file, a hash over everything, which nothing
 * can contain that it is made of.
 */
function boundaryFor(contents: readonly Buffer[]): string {
  if (!contents.some((content) => content.includes(usualBoundary))) return usualBoundary;
  const hash = createHash("sha256");
  for (const content of contents) hash.update(content);
  return `----spillway-${hash.digest("hex").slice(0, 48)}`;
}

function partHead(part: MultipartPart): string {
  const disposition = `content-disposition: form-data; name="${escapeName(part.name)}"`;
  if (part.kind === "field") return `${disposition}\r\n`;
  return `${disposition}; filename="${escapeName(part.filename)}"\r\ncontent-type: ${safeType(part.mimeType)}\r\n`;
}

function escapeName(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

function safeType(mimeType: string): string {
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(mimeType) ? mimeType : "application/octet-stream";
}
