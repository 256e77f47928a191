import type { Transform } from "node:stream";
import * as zlib from "node:zlib";

/** Who gets what a decoder has decoded. */
export interface DecodedBody {
  write(chunk: Buffer): void;
  end(): void;
  /** The coding is broken: no more comes. */
  broken(error: Error): void;
}

/**
 * A decoder for a content coding that was not asked for, but that some servers
 * use all the same: gzip, deflate, br and zstd. Undefined for any other. It hands
 * over at most 64 KiB at a time, so that its reader can stop a small body that
 * decodes to gigabytes.
 */
export function createContentDecoder(coding: string, body: DecodedBody): Transform | undefined {
  const stream = decoderOf(coding.trim().toLowerCase());
  stream?.on("data", (chunk: Buffer) => body.write(chunk));
  stream?.on("end", () => body.end());
  stream?.on("error", (error) => body.broken(error));
  return stream;
}

function decoderOf(coding: string): Transform | undefined {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip({ chunkSize });
    case "deflate":
      return zlib.createInflate({ chunkSize });
    case "br":
      return zlib.createBrotliDecompress({ chunkSize });
    case "zstd":
      return zlib.createZstdDecompress({ chunkSize });
    default:
      return undefined;
  }
}

const chunkSize = 64 * 1024;
