import type { IdempotencyStore } from "../../idempotency/idempotency-store.ts";
import type { StoreAnswer, StoreQuestion } from "./messages.ts";

/**
 * Answers the workers' questions to the one store of idempotency keys, and
 * settles what a worker leaves behind that ends before its time.
 */
export class StoreHost {
  readonly #store: IdempotencyStore;
  readonly #onBug: (error: unknown) => void;
  /** The keys that each worker has claimed, and whether something was sent for them. */
  readonly #claims = new Map<number, Map<string, Claim>>();
  /** Workers that have ended, and may have asked just before. */
  readonly #gone = new Set<number>();

  constructor(store: IdempotencyStore, onBug: (error: unknown) => void) {
    this.#store = store;
    this.#onBug = onBug;
  }

  /** Does what a worker asks for. It does not reject. */
  async answer(worker: number, question: StoreQuestion): Promise<StoreAnswer> {
    const { kind, id } = question;
    try {
      return { kind, id, outcome: { kind: "done", value: await this.#do(worker, question) } };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { kind, id, outcome: { kind: "failed", message } };
    }
  }

  /** A worker has ended. What it sent something for may have been bought; its other keys are free. */
  async gone(worker: number): Promise<void> {
    const claims = this.#claims.get(worker) ?? [];
    this.#claims.delete(worker);
    this.#gone.add(worker);
    for (const [key, claim] of claims) await this.#release(key, claim);
  }

  async #release(key: string, { sent }: Claim): Promise<void> {
    try {
      await this.#store.settle(key, { kind: sent ? "unknown" : "free" });
    } catch (error) {
      this.#onBug(error);
    }
  }

  async #do(worker: number, { operation, values }: StoreQuestion): Promise<unknown> {
    switch (operation) {
      case "begin": {
        const begun = await this.#store.begin(...values);
        if (begun.kind !== "new" && begun.kind !== "left") return begun;
        const claim = { sent: begun.kind === "left" };
        if (this.#gone.has(worker)) await this.#release(values[0], claim);
        else this.#claimsOf(worker).set(values[0], claim);
        return begun;
      }
      case "markSent": {
        const claim = this.#claimsOf(worker).get(values[0]);
        if (claim !== undefined) claim.sent = true;
        return this.#store.markSent(...values);
      }
      case "writeJob":
        return this.#store.writeJob(...values);
      case "strikeJob":
        return this.#store.strikeJob(...values);
      case "settle":
        this.#claimsOf(worker).delete(values[0]);
        return this.#store.settle(...values);
    }
  }

  #claimsOf(worker: number): Map<string, Claim> {
    let claims = this.#claims.get(worker);
    if (claims === undefined) {
      claims = new Map();
      this.#claims.set(worker, claims);
    }
    return claims;
  }
}

interface Claim {
  sent: boolean;
}
