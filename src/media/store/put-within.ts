import type { Clock } from "../../domain/clock.ts";
import type { MediaStore, StoreResult } from "../../domain/media-store.ts";

/** How long a store may take for one file, in milliseconds. */
export const storeTimeoutMs = 10_000;

/** A file to keep, and how long that may take. */
export interface TimedPut {
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  /** Milliseconds. */
  readonly limitMs: number;
}

/** Puts a file into a store, and waits no longer than it may take: the file is paid, and its caller waits. */
export async function putWithin(
  store: MediaStore,
  clock: Clock,
  { bytes, mimeType, limitMs }: TimedPut,
): Promise<StoreResult> {
  const controller = new AbortController();
  const late = Promise.withResolvers<StoreResult>();
  const stopTimer = clock.timer(limitMs, () => {
    controller.abort();
    late.resolve({ kind: "failed", message: "The media store did not answer in time." });
  });
  try {
    return await Promise.race([store.put(bytes, mimeType, controller.signal), late.promise]);
  } finally {
    stopTimer();
  }
}
