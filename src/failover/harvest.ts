import type { Adjustment } from "../domain/adjustment.ts";
import { addCost, type Cost, noCost } from "../domain/cost.ts";
import type { ChatOutput, FinishedImage, FinishedOutput } from "../domain/output.ts";
import type { Task } from "../domain/task.ts";
import { addUsage, noUsage, type Usage } from "../domain/usage.ts";
import type { Candidate } from "../router/plan.ts";
import type { AttemptResult } from "./run-attempt.ts";

/** What the attempts of a request have brought in so far. */
export class Harvest {
  /** By their places; a place is undefined until its image is there. Empty for a chat. */
  readonly images: (FinishedImage | undefined)[];
  readonly #contributors: Contribution[] = [];
  #chat: ChatOutput | undefined;
  #usage = noUsage;
  #cost = noCost;

  constructor(task: Task) {
    const count = task.operation === "chat" ? 0 : task.options.count;
    this.images = new Array<FinishedImage | undefined>(count).fill(undefined);
  }

  /** Takes what an attempt gave. `images` are those that it filled, where they are not these. */
  add(candidate: Candidate, result: AttemptResult, images = this.images): void {
    this.addBill(result);
    if (result.chat !== undefined) this.#chat = result.chat;
    const imageCount = images === this.images ? result.imageCount : this.#fill(images);
    if (result.chat !== undefined || imageCount > 0) {
      this.#contributors.push({ candidate, result });
    }
  }

  /** Counts what an attempt cost and used, and takes nothing of what it gave. */
  addBill({ cost, usage }: Pick<AttemptResult, "cost" | "usage">): void {
    this.addCost(cost);
    this.#usage = addUsage(this.#usage, usage);
  }

  /** Counts what an attempt cost that is not here to give anything any more. */
  addCost(cost: Cost): void {
    this.#cost = addCost(this.#cost, cost);
  }

  /** Who gave output, in order. */
  get contributors(): readonly Contribution[] {
    return this.#contributors;
  }

  /** What there is to give to the caller. Undefined when nothing is. */
  get output(): FinishedOutput | undefined {
    if (this.#chat !== undefined) return this.#chat;
    const images = this.images.filter((image) => image !== undefined);
    return images.length > 0 ? { kind: "images", images } : undefined;
  }

  /** Whether all is there that was asked. */
  get isWhole(): boolean {
    if (this.#chat !== undefined) return true;
    return this.images.length > 0 && !this.images.includes(undefined);
  }

  /** What was counted in every attempt that told. */
  get usage(): Usage {
    return this.#usage;
  }

  /** What every attempt cost, failed ones included. */
  get cost(): Cost {
    return this.#cost;
  }

  /** What was adapted for those who gave output, once for each of them: what happened, in place of what was planned. */
  get adjustments(): readonly Adjustment[] {
    const [first, second] = this.#contributors;
    if (first?.result.adjustments.length === 0 && second === undefined) {
      return first.candidate.fit.adjustments;
    }
    const candidates = new Set(this.#contributors.map(({ candidate }) => candidate));
    return [...candidates].flatMap((candidate) => {
      const happened = new Map<string, Adjustment>();
      for (const { candidate: contributor, result } of this.#contributors) {
        if (contributor !== candidate) continue;
        for (const adjustment of result.adjustments) happened.set(adjustment.field, adjustment);
      }
      const planned = candidate.fit.adjustments.filter(({ field }) => !happened.has(field));
      return [...planned, ...happened.values()];
    });
  }

  /** Puts images into the places that are still empty. Returns how many. */
  #fill(images: readonly (FinishedImage | undefined)[]): number {
    let count = 0;
    for (const [slot, image] of images.entries()) {
      if (image === undefined || this.images[slot] !== undefined) continue;
      this.images[slot] = image;
      count += 1;
    }
    return count;
  }
}

/** A target and what it gave. */
export interface Contribution {
  readonly candidate: Candidate;
  readonly result: AttemptResult;
}
