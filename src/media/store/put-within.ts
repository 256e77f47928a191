import { waitWithin } from "../../domain/bounded-wait.ts";
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
  const put = store.put(bytes, mimeType, controller.signal);
  const result = await waitWithin(clock, limitMs, put);
  if (result !== undefined) return result;
  controller.abort();
  return { kind: "failed", message: "The media store did not answer in time." };
}
