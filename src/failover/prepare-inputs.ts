import type { Adjustment } from "../domain/adjustment.ts";
import type { FileLimits } from "../domain/capabilities.ts";
import { isDataUrl } from "../domain/data-url.ts";
import type { FieldViolation } from "../domain/gateway-error.ts";
import type { ImageHeader, InputMedia } from "../domain/input-media.ts";
import type { ImageEditTask, ImageInput, MaskPolarity, Task } from "../domain/task.ts";
import { inputBytes } from "../router/input-bytes.ts";
import type { Fit, InputNeeds } from "../router/plan.ts";
import { checkUrl, isListed } from "../transport/egress-guard.ts";
import { AbortScope } from "./abort-scope.ts";
import { fewAtATime, type InTurn } from "./few-at-a-time.ts";
import { ended, type FetchContext, InputFetcher, maxTotalInputBytes } from "./input-fetcher.ts";
import { mapImages } from "./map-images.ts";
import { UnsuitableInput } from "./unsuitable-input.ts";
import { UnusableInput } from "./unusable-input.ts";

/** What the images of one request are prepared with. */
export interface InputContext extends FetchContext {
  readonly media: InputMedia;
}

/** How the preparation went. */
export type PrepareResult =
  | {
      readonly kind: "prepared";
      readonly task: Task;
      /** What was converted, since the target does not take it as it is. */
      readonly conversions: readonly InputConversion[];
    }
  /** An image is of no use, whoever the provider is. */
  | { readonly kind: "unusable"; readonly violation: FieldViolation }
  /** This target does not take the images, and another one may. `reason` is the end of a sentence. */
  | { readonly kind: "unsuitable"; readonly reason: string }
  /** The caller has left, or the request's time is up. */
  | { readonly kind: "ended" };

/** A conversion of an image that a caller supplied, as it is told. It is exact. */
export type InputConversion = Omit<Adjustment, "provider">;

/**
 * Makes the images of one request's task what a target takes: bytes of a true type
 * where it takes no addresses, a PNG where it does not take the type, and a mask of
 * its polarity. What was fetched or rewritten for one target is kept for the next, and
 * so is a failure: an address is asked once.
 */
export class InputPreparer {
  readonly #context: InputContext;
  // Made when they are needed: most tasks bring no images.
  #fetcher: InputFetcher | undefined;
  /** By the image, or by its address: one that stands in many places is fetched once. */
  #loaded: Map<ImageInput | string, Promise<LoadedImage>> | undefined;
  #masks: Map<MaskPolarity, Promise<Uint8Array>> | undefined;
  /** A large image takes as much memory as its pixels, so that they are decoded one by one. */
  #convertInTurn: InTurn | undefined;
  #convertedBytes = 0;

  constructor(context: InputContext) {
    this.#context = context;
  }

  /** Prepares the task for one target. Rejects only for a bug. */
  async prepare({ task, inputs }: Pick<Fit, "task" | "inputs">): Promise<PrepareResult> {
    if (inputs === undefined) return { kind: "prepared", task, conversions: [] };
    const conversions: InputConversion[] = [];
    try {
      const prepared = await mapImages(task, (image, field) =>
        this.#ready(image, field, inputs, conversions),
      );
      const masked =
        prepared.operation === "image_edit"
          ? await this.#withMask(prepared, inputs, conversions)
          : prepared;
      return tooLarge(masked, inputs) ?? { kind: "prepared", task: masked, conversions };
    } catch (reason) {
      if (reason instanceof UnusableInput) return { kind: "unusable", violation: reason.violation };
      if (reason instanceof UnsuitableInput) return { kind: "unsuitable", reason: reason.reason };
      if (reason === ended) return { kind: "ended" };
      throw reason;
    }
  }

  /** The image as the target takes it. */
  async #ready(
    image: ImageInput,
    field: string,
    needs: InputNeeds,
    conversions: InputConversion[],
  ): Promise<ImageInput> {
    if (image.kind === "url" && this.#isHandedOn(image.url, needs)) {
      return this.#checked(image, image.url, field);
    }
    const loaded = await this.#load(image, field);
    const taken = isOfType(loaded, needs.file) ? loaded : await this.#asPng(loaded, field);
    if (taken !== loaded) conversions.push(conversion(field, loaded));
    const { bytes, header } = taken;
    checkBytes(bytes, needs.file);
    const { mimeType, width, height } = header;
    return { kind: "bytes", bytes, mimeType, size: { width, height } };
  }

  /** What only this gateway can reach is not left to a provider. */
  #isHandedOn(url: string, needs: InputNeeds): boolean {
    return !needs.fetch && !isDataUrl(url) && !isListed(url, this.#context.reach);
  }

  /** An address that is handed on: what must not be fetched here is no better fetched by a provider. */
  #checked(image: ImageInput, url: string, field: string): ImageInput {
    const checked = checkUrl(url, this.#context.reach);
    if (checked.kind === "allowed") return image;
    const reason = `cannot be fetched: the address of the file ${checked.refusal}`;
    throw new UnusableInput(`${field}.url`, reason, "fetch");
  }

  async #withMask(
    task: ImageEditTask,
    needs: InputNeeds,
    conversions: InputConversion[],
  ): Promise<Task> {
    const { mask, maskPolarity } = task;
    const [first] = task.images;
    if (mask === undefined) return task;
    const polarity = needs.mask ?? maskPolarity;
    const isRead = polarity === maskPolarity;
    if (isRead && mask.kind === "url" && this.#isHandedOn(mask.url, needs)) {
      return { ...task, mask: this.#checked(mask, mask.url, maskField) };
    }
    const loaded = await this.#load(mask, maskField);
    const size = first?.kind === "bytes" ? this.#context.media.sniff(first.bytes) : undefined;
    if (size !== undefined) checkSize(loaded.header, size);
    if (isRead && isOfType(loaded, needs.maskFile) && isOfSize(loaded.bytes, needs.maskFile)) {
      const { bytes, header } = loaded;
      return { ...task, mask: { kind: "bytes", bytes, mimeType: header.mimeType } };
    }
    // Written anew it is one channel alone, so that a large one becomes small as well.
    const bytes = await this.#convert(loaded.bytes, maskPolarity, polarity);
    checkBytes(bytes, needs.maskFile);
    if (isRead) conversions.push(conversion(maskField, loaded));
    return { ...task, mask: { kind: "bytes", bytes, mimeType: png }, maskPolarity: polarity };
  }

  #convert(mask: Uint8Array, from: MaskPolarity, to: MaskPolarity): Promise<Uint8Array> {
    this.#masks ??= new Map();
    let converted = this.#masks.get(to);
    if (converted === undefined) {
      converted = this.#context.media.convertMask(mask, from, to).then((conversion) => {
        if (conversion.kind === "converted") return conversion.bytes;
        throw new UnusableInput(maskField, "cannot be decoded as an image", "image");
      });
      this.#masks.set(to, converted);
    }
    return converted;
  }

  /** The image as a PNG, converted once for all targets. */
  #asPng(loaded: LoadedImage, field: string): Promise<LoadedImage> {
    this.#convertInTurn ??= fewAtATime(1);
    loaded.asPng ??= this.#convertInTurn(() => this.#toPng(loaded, field));
    return loaded.asPng;
  }

  async #toPng(loaded: LoadedImage, field: string): Promise<LoadedImage> {
    const { media } = this.#context;
    if (this.#convertedBytes > maxTotalInputBytes) throw new UnsuitableInput(tooMuchAsPng);
    const scope = new AbortScope(this.#context);
    try {
      const isOver = scope.cause !== undefined || scope.leftMs === 0;
      const conversion = isOver ? undefined : await scope.wait(media.toPng(loaded.bytes));
      if (conversion === undefined) throw ended;
      if (conversion.kind === "impossible") {
        throw new UnsuitableInput(
          `cannot take ${loaded.header.mimeType}, and the image is too large to be converted`,
        );
      }
      const header = conversion.kind === "converted" ? media.sniff(conversion.bytes) : undefined;
      if (conversion.kind === "broken" || header === undefined) {
        throw new UnusableInput(field, "cannot be decoded as an image", "image");
      }
      this.#convertedBytes += conversion.bytes.length;
      if (this.#convertedBytes > maxTotalInputBytes) throw new UnsuitableInput(tooMuchAsPng);
      return { bytes: conversion.bytes, header };
    } finally {
      scope.close();
    }
  }

  #load(image: ImageInput, field: string): Promise<LoadedImage> {
    this.#loaded ??= new Map();
    const name = image.kind === "url" ? image.url : image;
    let loaded = this.#loaded.get(name);
    if (loaded === undefined) {
      loaded =
        image.kind === "bytes"
          ? this.#read(image.bytes, `${field}.data`)
          : this.#fetch(image.url, `${field}.url`);
      this.#loaded.set(name, loaded);
    }
    return loaded;
  }

  async #read(bytes: Uint8Array, field: string): Promise<LoadedImage> {
    const header = this.#context.media.sniff(bytes);
    if (header !== undefined) return { bytes, header };
    throw new UnusableInput(field, "is not a PNG, JPEG, WebP, AVIF or GIF image", "image");
  }

  async #fetch(url: string, field: string): Promise<LoadedImage> {
    this.#fetcher ??= new InputFetcher(this.#context);
    return this.#read(await this.#fetcher.fetch(url, field), field);
  }
}

const maskField = "image_edit.mask";

const png = "image/png";

const tooMuchAsPng = `cannot take these images as they are, and as PNG they have more than ${maxTotalInputBytes} bytes together`;

interface LoadedImage {
  readonly bytes: Uint8Array;
  readonly header: ImageHeader;
  /** Undefined until it is needed. */
  asPng?: Promise<LoadedImage>;
}

function isOfType({ header }: LoadedImage, limits: FileLimits | undefined): boolean {
  return limits?.types?.includes(header.mimeType) ?? true;
}

function isOfSize(bytes: Uint8Array, limits: FileLimits | undefined): boolean {
  return bytes.length <= (limits?.maxBytes ?? Number.POSITIVE_INFINITY);
}

function checkBytes(bytes: Uint8Array, limits: FileLimits | undefined): void {
  if (isOfSize(bytes, limits)) return;
  throw new UnsuitableInput(`cannot take an image of more than ${limits?.maxBytes} bytes`);
}

function conversion(field: string, { header }: LoadedImage): InputConversion {
  return {
    // Adjustments name what is inside the task.
    field: field.slice(field.indexOf(".") + 1),
    requested: header.mimeType,
    applied: png,
    kind: "emulated",
    reason: "The provider does not take the file as it is, so Spillway converts it.",
  };
}

/** How large a fetched image is shows only now. */
function tooLarge(task: Task, { maxBytes }: InputNeeds): PrepareResult | undefined {
  if (maxBytes === undefined || inputBytes(task) <= maxBytes) return undefined;
  return { kind: "unsuitable", reason: `cannot take more than ${maxBytes} bytes of input images` };
}

function checkSize(mask: ImageHeader, image: ImageHeader): void {
  if (mask.width === image.width && mask.height === image.height) return;
  const sizes = `${mask.width}x${mask.height}, and the first image is ${image.width}x${image.height}`;
  throw new UnusableInput(maskField, `is ${sizes}; it must be of the same size`, "mask_size");
}
