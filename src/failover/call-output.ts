import type { Adjustment } from "../domain/adjustment.ts";
import type { Failure } from "../domain/failure.ts";
import type { Finish } from "../domain/finish.ts";
import type { EmitEvent, GenerateEvent } from "../domain/generated.ts";
import type { ChatOutput, FinishedImage, Output, ProviderImage } from "../domain/output.ts";
import type { OutputEvent } from "../domain/output-event.ts";
import { outputEvents } from "../domain/output-events.ts";
import type { Done } from "../providers/outcome.ts";
import type { AbortScope } from "./abort-scope.ts";
import { abortFailure } from "./abort-scope.ts";
import { fetchFile, type Line } from "./exchange.ts";
import type { ExecuteDependencies } from "./execute-input.ts";

/**
 * How long images may at least be fetched and converted once they are made, in
 * milliseconds, however little is left of their attempt's time.
 */
export const finishingMs = 60_000;

/** Where the output of one call goes. */
export interface CallOutputOptions {
  readonly line: Line;
  readonly media: Pick<ExecuteDependencies, "finishImage" | "finishPartialImage">;
  readonly finish: Finish;
  /** The request's images, by their places. */
  readonly images: (FinishedImage | undefined)[];
  /** The places that this call fills. Empty for a chat. */
  readonly slots: readonly number[];
  readonly scope: AbortScope;
  /** Undefined for a unary request. */
  readonly emit: EmitEvent | undefined;
  /** Told of the provider's first piece of real content in a stream. */
  onFirstContent(): void;
}

/**
 * Takes what one call brings, piece by piece or all at once: finishes images, puts
 * them in their places, and tells the caller of a stream.
 */
export class CallOutput {
  readonly #options: CallOutputOptions;
  readonly #unfinished = new Set<number>();
  readonly #adjustments: Adjustment[] = [];
  #chatSent = false;
  #finishFailure: Failure | undefined;

  constructor(options: CallOutputOptions) {
    this.#options = options;
  }

  /** Whether the caller got something that no finished result of this call stands for. */
  get loose(): boolean {
    return this.#chatSent || this.#unfinished.size > 0;
  }

  /** Whether an image came that could not be finished. */
  get spoiled(): boolean {
    return this.#finishFailure !== undefined;
  }

  /** What came. */
  get images(): readonly FinishedImage[] {
    const { images, slots } = this.#options;
    return slots.map((slot) => images[slot]).filter((image) => image !== undefined);
  }

  /** How images arrive otherwise than was planned. */
  get adjustments(): readonly Adjustment[] {
    return this.#adjustments;
  }

  /** Takes a piece of a stream. */
  take(event: OutputEvent): void | Promise<void> {
    if (event.kind === "progress") return this.#emit(event);
    this.#options.onFirstContent();
    switch (event.kind) {
      case "partial_image":
        return this.#takePartialImage(event.index, event.image);
      case "image":
        return this.#takeImage(event.index, event.image);
      default:
        return this.#emitChat(event);
    }
  }

  /** Takes the whole result. Returns why it is less than what was asked, if it is. */
  async complete(done: Done): Promise<Failure | undefined> {
    const { output } = done;
    if (this.#options.slots.length === 0) {
      if (output.kind !== "chat") return nothing(done, "The provider returned no answer.");
      if (!this.#chatSent) await this.#emitAnswer(output);
      return undefined;
    }
    const returned = imagesOf(output);
    await Promise.all(returned.map((image, index) => this.#takeImage(index, image)));
    const { images } = this;
    const asked = this.#options.slots.length;
    if (images.length === asked) return undefined;
    const { cause } = this.#options.scope;
    if (cause !== undefined) return { ...abortFailure(cause, "sent"), billed: true };
    if (this.#finishFailure !== undefined) return this.#finishFailure;
    if (done.shortfall !== undefined) return done.shortfall;
    if (images.length === 0) return nothing(done, "The provider returned no image.");
    return tooFew(done, `The provider returned ${images.length} of ${asked} images.`);
  }

  async #takeImage(index: number, image: ProviderImage): Promise<void> {
    const { line, media, finish, images, slots, scope } = this.#options;
    const slot = slots[index];
    if (slot === undefined || images[slot] !== undefined) return;
    // What is made and paid is not lost because it came at the end of the attempt's time.
    scope.prolong(finishingMs);
    const result = await scope.wait(
      media.finishImage(image, {
        finish,
        provider: line.endpoint.slug,
        timeLeftMs: () => scope.leftMs,
        fetchFile: (file) => fetchFile(line, file, scope),
      }),
    );
    if (result === undefined) return;
    if (result.kind === "failed") {
      this.#finishFailure ??= result.failure;
      return;
    }
    images[slot] = result.image;
    this.#adjustments.push(...result.adjustments);
    this.#unfinished.delete(slot);
    await this.#emit({ kind: "image", index: slot, image: result.image });
  }

  #takePartialImage(index: number, image: ProviderImage): void | Promise<void> {
    const { line, media, slots, emit } = this.#options;
    const slot = slots[index];
    if (slot === undefined || emit === undefined) return undefined;
    const partial = media.finishPartialImage(image, line.endpoint.slug);
    if (partial === undefined) return undefined;
    this.#unfinished.add(slot);
    return this.#emit({ kind: "partial_image", index: slot, image: partial });
  }

  /** Tells an answer that came all at once as if it had been streamed. */
  async #emitAnswer(answer: ChatOutput): Promise<void> {
    if (this.#options.emit === undefined) return;
    for (const event of outputEvents(answer)) await this.#emit(event);
  }

  #emitChat(event: GenerateEvent): void | Promise<void> {
    this.#chatSent = true;
    return this.#emit(event);
  }

  #emit(event: GenerateEvent): void | Promise<void> {
    const { emit, scope } = this.#options;
    if (emit === undefined || scope.cause !== undefined) return undefined;
    const taken = emit(event);
    return taken === undefined ? undefined : scope.waitForCaller(taken);
  }
}

function imagesOf(output: Output): readonly ProviderImage[] {
  return output.kind === "images" ? output.images : [];
}

/** A success without anything in it, which is billed as one, as far as anybody knows. */
function nothing(done: Done, message: string): Failure {
  return { ...tooFew(done, message), billed: true };
}

function tooFew(done: Done, message: string): Failure {
  return {
    class: "server_fault",
    delivery: "sent",
    message,
    upstreamRequestId: done.requestId,
  };
}
