import { type Adjustment, noAdjustments } from "../domain/adjustment.ts";
import { waitWithin } from "../domain/bounded-wait.ts";
import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { FetchedFile, Finish, FinishJob, FinishResult } from "../domain/finish.ts";
import { keepImageMemory } from "../domain/image-memory.ts";
import type { MediaStore } from "../domain/media-store.ts";
import type { FinishedImage, ProviderImage } from "../domain/output.ts";
import { convertImage } from "./convert-image.ts";
import { sizeChange } from "./size-change.ts";
import { type SniffedImage, sniffImage } from "./sniff-image.ts";
import { putWithin, storeTimeoutMs } from "./store/put-within.ts";

/** The largest image that is fetched, in bytes. */
export const maxImageBytes = 64 * 1024 * 1024;

/** How much of a file that stays where it is, is fetched to read its type and size, in bytes. */
export const imagePrefixBytes = 64 * 1024;

/**
 * Makes a provider's image ready for the caller: fetched where bytes are wanted,
 * converted where it has another format, its type and size read from its bytes.
 * An image that is handed on as an address is fetched in part only, to see that
 * there is an image and what it is like.
 *
 * An image that is paid for is not lost over its format or its delivery. When it
 * cannot be converted, or not within half of the time that is left, it keeps the
 * format that it has. Bytes for which a link is wanted go into the store; when
 * there is none, or it does not take them, they arrive as bytes. An adjustment
 * says so, and so it does of another size than was asked for. Only what is no image at
 * all is a failure.
 */
export async function finishImage(
  image: ProviderImage,
  job: FinishJob,
  { clock, store }: FinishMeans,
): Promise<FinishResult> {
  const result = await fetchAndConvert(image, job, clock);
  if (result.kind === "failed" || job.finish.delivery !== "url") return result;
  const { content, mimeType } = result.image;
  if (content.kind === "url") {
    if (job.finish.linkIsUnplanned !== true) return result;
    return { ...result, adjustments: [...result.adjustments, asLink(job)] };
  }
  const asBytes = (reason: string): FinishResult => ({
    ...result,
    adjustments: [...result.adjustments, dropped("options.delivery", "url", job, reason)],
  });
  if (store === undefined) return asBytes(nowhere);
  // A store that is too slow reads on.
  keepImageMemory(content.bytes);
  const limitMs = Math.min(storeTimeoutMs, job.timeLeftMs() / 2);
  const stored = await putWithin(store, clock, { bytes: content.bytes, mimeType, limitMs });
  if (stored.kind === "failed") return asBytes(stored.message);
  const { url, expiresAt } = stored;
  return { ...result, image: { ...result.image, content: { kind: "url", url, expiresAt } } };
}

/** What images are finished with. */
export interface FinishMeans {
  readonly clock: Clock;
  /** Where images are put for which links are wanted. */
  readonly store?: MediaStore | undefined;
}

async function fetchAndConvert(
  image: ProviderImage,
  job: FinishJob,
  clock: Clock,
): Promise<FinishResult> {
  const { content } = image;
  if (content.kind === "bytes") return finishBytes(image, content.bytes, job, clock);
  if (job.finish.delivery !== "bytes") {
    const prefix = await fetchFile({ url: content.url, prefixBytes: imagePrefixBytes }, job);
    if (prefix.kind === "failed") return prefix;
    const header = sniffImage(prefix.bytes);
    if (header === undefined && prefix.bytes.length < imagePrefixBytes) return noImage;
    if (header !== undefined && !mustConvert(header, job.finish)) {
      return finished(image, content, header, job);
    }
  }
  const file = await fetchFile({ url: content.url }, job);
  return file.kind === "failed" ? file : finishBytes(image, file.bytes, job, clock);
}

/**
 * Makes an unfinished version of an image ready: its type and size are read, and
 * it is not converted. Undefined when it is not worth showing: no bytes, or no
 * image.
 */
export function finishPartialImage(
  image: ProviderImage,
  provider: string,
): FinishedImage | undefined {
  if (image.content.kind !== "bytes") return undefined;
  const header = sniffImage(image.content.bytes);
  return header && describe(image, image.content, header, provider);
}

async function finishBytes(
  image: ProviderImage,
  bytes: Uint8Array,
  job: FinishJob,
  clock: Clock,
): Promise<FinishResult> {
  const header = sniffImage(bytes);
  if (header === undefined) return noImage;
  const { format, compression = job.finish.askedCompression } = job.finish;
  if (format === undefined || !mustConvert(header, job.finish)) {
    return finished(image, { kind: "bytes", bytes }, header, job);
  }
  // A conversion that is too slow reads on.
  keepImageMemory(bytes);
  const conversion = await waitWithin(
    clock,
    job.timeLeftMs() / 2,
    convertImage(bytes, format, compression),
  );
  if (conversion?.kind === "broken") return noImage;
  if (conversion?.kind !== "converted") {
    const reason = conversion === undefined ? tooSlow : `The image cannot be written as ${format}.`;
    return finished(image, { kind: "bytes", bytes }, header, job, [
      format === header.format
        ? dropped("options.compression", String(compression), job, reason)
        : dropped("options.format", format, job, reason),
    ]);
  }
  const convertedHeader = sniffImage(conversion.bytes);
  if (convertedHeader === undefined) throw new Error(`The conversion to ${format} made no image.`);
  return finished(image, { kind: "bytes", bytes: conversion.bytes }, convertedHeader, job);
}

/** Whether the file has to be written anew: for another format, or for a compression that the provider was not asked for. */
function mustConvert(header: SniffedImage, { format, compression }: Finish): boolean {
  if (format === undefined) return false;
  return format !== header.format || compression !== undefined;
}

/** Fetches a file, and once more when that fails: the work is paid, and to read twice costs nothing. */
async function fetchFile(
  file: { readonly url: string; readonly prefixBytes?: number },
  job: FinishJob,
): Promise<Extract<FetchedFile, { kind: "file" }> | Extract<FinishResult, { kind: "failed" }>> {
  const request = { ...file, maxBytes: maxImageBytes };
  let result = await job.fetchFile(request);
  if (result.kind === "failed" && isWorthASecondTry(result.failure)) {
    result = await job.fetchFile(request);
  }
  if (result.kind === "file") return result;
  const { failure } = result;
  if (isEndOfTime(failure)) {
    return { kind: "failed", failure: { ...failure, delivery: "sent", billed: true } };
  }
  return {
    kind: "failed",
    failure: {
      class: "server_fault",
      delivery: "sent",
      message: failure.permanent
        ? `The egress guard refused the address of the image that the provider made (see allow_hosts and allow_private_network). ${failure.message}`
        : "The image that the provider made could not be fetched.",
      httpStatus: failure.httpStatus,
      detail: failure.detail ?? failure.message,
      billed: true,
      // Made once more at the same provider, it would be paid for twice there.
      permanent: true,
    },
  };
}

function isWorthASecondTry(failure: Failure): boolean {
  if (failure.permanent === true) return false;
  return (
    failure.class === "never_sent" ||
    failure.class === "ambiguous" ||
    failure.class === "server_fault" ||
    failure.class === "overloaded"
  );
}

function isEndOfTime(failure: Failure): boolean {
  return (
    failure.class === "cancelled" || failure.class === "deadline" || failure.class === "timeout"
  );
}

const tooSlow = "The conversion would have taken more than half of the time that was left.";
const nowhere = "The provider gave no link, and there is nowhere to put the file.";

function dropped(
  field: string,
  requested: string,
  { provider }: FinishJob,
  reason: string,
): Adjustment {
  return { field, requested, applied: "", kind: "dropped", provider, reason };
}

function asLink({ provider }: FinishJob): Adjustment {
  const reason = "The provider cannot be asked for a link, and gave one by itself.";
  const field = "options.delivery";
  return { field, requested: "url", applied: "url", kind: "emulated", provider, reason };
}

const noImage: FinishResult = {
  kind: "failed",
  failure: {
    class: "server_fault",
    delivery: "sent",
    message: "What the provider returned as an image is not one.",
    billed: true,
  },
};

function finished(
  image: ProviderImage,
  content: FinishedImage["content"],
  header: SniffedImage,
  job: FinishJob,
  adjustments: readonly Adjustment[] = noAdjustments,
): FinishResult {
  return {
    kind: "finished",
    image: describe(image, content, header, job.provider),
    adjustments: [...sizeChange(header, job), ...adjustments],
  };
}

function describe(
  image: ProviderImage,
  content: FinishedImage["content"],
  header: SniffedImage,
  provider: string,
): FinishedImage {
  return {
    content,
    mimeType: header.mimeType,
    width: header.width,
    height: header.height,
    revisedPrompt: image.revisedPrompt ?? "",
    contentFiltered: image.contentFiltered ?? false,
    provider,
  };
}
