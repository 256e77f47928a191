import { pipeline } from "node:stream";
import type { MediaFile, MediaFiles } from "../domain/media-store.ts";
import type { HttpRequest, PlainResponse } from "./http-messages.ts";

/** Where the Connect listener serves files: "/media/NAME". */
export const mediaPath = "/media/";

/**
 * Serves a stored file by its name (RFC 9110): GET and HEAD, one range of bytes,
 * If-None-Match and If-Range. The name is all that a caller needs, since nobody
 * can guess it; there is no list. What is not there, or no longer, is 404.
 */
export async function serveMedia(
  files: MediaFiles,
  name: string,
  request: HttpRequest,
  response: PlainResponse,
  now: () => number,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return answer(response, 405, { allow: "GET, HEAD" });
  }
  const file = await files.find(name);
  if (file === undefined) return answer(response, 404, { "cache-control": "no-store" });
  // A name stands for one content, so it tells versions apart as well.
  const etag = `"${name}"`;
  const maxAge = Math.max(0, Math.floor((file.expiresAt - now()) / 1000));
  const headers = {
    "cache-control": `private, max-age=${maxAge}, immutable`,
    etag,
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
  };
  if (isNamed(request.headers["if-none-match"], etag)) return answer(response, 304, headers);
  // A range means something for GET alone: RFC 9110, section 14.2.
  const range = request.method === "GET" ? wantedRange(request, etag, file.size) : undefined;
  if (range === "unsatisfiable") {
    return answer(response, 416, { ...headers, "content-range": `bytes */${file.size}` });
  }
  const { first, last } = range ?? { first: 0, last: file.size - 1 };
  send(request, response, file, {
    status: range === undefined ? 200 : 206,
    first,
    last,
    headers: {
      ...headers,
      "content-type": file.mimeType,
      "content-length": String(last - first + 1),
      ...(range && { "content-range": `bytes ${first}-${last}/${file.size}` }),
    },
  });
}

interface Part {
  readonly status: number;
  readonly first: number;
  readonly last: number;
  readonly headers: Record<string, string>;
}

function send(
  request: HttpRequest,
  response: PlainResponse,
  file: MediaFile,
  { status, first, last, headers }: Part,
): void {
  response.writeHead(status, headers);
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  // A file that cannot be read to its end leaves the connection cut, and a caller that is gone the file closed.
  pipeline(file.read(first, last), response as unknown as NodeJS.WritableStream, () => {});
}

function answer(response: PlainResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, headers);
  response.end();
}

/** Whether a list of entity tags has this one. The comparison is the weak one: RFC 9110, section 13.1.2. */
function isNamed(list: string | undefined, etag: string): boolean {
  if (list === undefined) return false;
  if (list.trim() === "*") return true;
  return list.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

/** The bytes that are asked for. Undefined means all of them: also when several ranges are, which nobody needs of an image. */
function wantedRange(
  request: HttpRequest,
  etag: string,
  size: number,
): { readonly first: number; readonly last: number } | "unsatisfiable" | undefined {
  const { range } = request.headers;
  const condition = request.headers["if-range"];
  if (range === undefined || (condition !== undefined && condition !== etag)) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(range.trim());
  const [, from = "", to = ""] = match ?? [];
  if (from === "" && to === "") return undefined;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? "unsatisfiable" : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  // A last byte before the first one makes the header invalid, and invalid ones do not count.
  if (to !== "" && Number(to) < first) return undefined;
  return first >= size ? "unsatisfiable" : { first, last };
}
