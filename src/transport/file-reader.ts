import { takeImageMemory } from "../domain/image-memory.ts";
import type { FailedExchange } from "./exchange-failure.ts";
import { badAnswer } from "./exchange-failure.ts";
import type { AnswerControl, AnswerHead, AnswerReader } from "./http-exchange.ts";

/** What one step of a download gave. */
export type FileStep =
  | { readonly kind: "file"; readonly bytes: Uint8Array; readonly contentType: string }
  | { readonly kind: "redirect"; readonly location: string };

/** Which part of a file is wanted. */
export interface FileLimits {
  /** The most bytes to accept. */
  readonly maxBytes: number;
  /** How many bytes from the start are enough. Undefined means all. */
  readonly prefixBytes: number | undefined;
  /** Whether there is room for so many more bytes. Undefined means that there is. */
  readonly claim: ((bytes: number) => boolean) | undefined;
}

/** Reads a file, or where it has moved to. A file of known length is copied once, into its place. */
export function readFile(
  head: AnswerHead,
  control: AnswerControl<FileStep>,
  { maxBytes, prefixBytes, claim }: FileLimits,
): AnswerReader {
  const { status, headers } = head;
  const contentType = headers["content-type"] ?? "";
  const wanted = Math.min(prefixBytes ?? Number.POSITIVE_INFINITY, maxBytes);
  const isPrefix = prefixBytes !== undefined && prefixBytes <= maxBytes;
  const length = Number(headers["content-length"] ?? Number.NaN);
  const fail = (message: string) =>
    control.finish({ kind: "failed", failure: badAnswer(message, status) });
  const tooLarge = () => fail(`The file is larger than ${maxBytes} bytes.`);
  let claimed = 0;
  const hasRoom = (end: number): boolean => {
    const more = end - claimed;
    if (claim === undefined || more <= 0) return true;
    claimed = end;
    return claim(more);
  };
  const noRoom = () => fail("There is no room for the file.");
  let bytes = takeImageMemory(Math.min(length || firstGuess, wanted));
  let size = 0;

  const location = headers["location"];
  if (status >= 300 && status < 400 && location !== undefined) {
    control.finish({ kind: "redirect", location });
  } else if (status !== 200 && status !== 206) {
    fail(`The file could not be fetched: the server answered ${status}.`);
  } else if (!isPrefix && length > maxBytes) {
    tooLarge();
  } else if (!hasRoom(Math.min(length || 0, wanted))) {
    noRoom();
  }

  return {
    write(chunk) {
      const isEnough = size + chunk.length > wanted;
      if (isEnough && !isPrefix) return tooLarge();
      const end = Math.min(size + chunk.length, wanted);
      if (!hasRoom(end)) return noRoom();
      if (end > bytes.length) bytes = enlarged(bytes, size, Math.min(end * 2, wanted));
      chunk.copy(bytes, size, 0, end - size);
      size = end;
      if (isPrefix && size >= wanted) this.end();
    },
    end() {
      control.finish({ kind: "file", bytes: bytes.subarray(0, size), contentType });
    },
    cut: (failed: FailedExchange) => control.finish(failed),
  };
}

const firstGuess = 64 * 1024;

function enlarged(bytes: Buffer, used: number, size: number): Buffer {
  const larger = takeImageMemory(size);
  bytes.copy(larger, 0, 0, used);
  return larger;
}
