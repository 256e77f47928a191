import type { JobTicket } from "../../domain/job-ticket.ts";
import type { Begun, IdempotencyStore, Settlement } from "../../idempotency/idempotency-store.ts";
import type { FromWorker, StoreAnswer, StoreOperation, StoreQuestion } from "./messages.ts";

/** The store of idempotency keys that the primary keeps for all workers, as one of them sees it. */
export class RemoteStore implements IdempotencyStore {
  readonly #send: (question: FromWorker) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #asked = 0;

  /** `send` takes a question to the primary. Its answers are to be handed to `take`. */
  constructor(send: (question: FromWorker) => void) {
    this.#send = send;
  }

  async begin(key: string, request: string): Promise<Begun> {
    // The store at the other end says what this end's type says.
    return (await this.#ask("begin", [key, request])) as Begun;
  }

  async markSent(key: string): Promise<void> {
    await this.#ask("markSent", [key]);
  }

  async writeJob(key: string, ticket: JobTicket): Promise<void> {
    await this.#ask("writeJob", [key, ticket]);
  }

  async strikeJob(key: string, callId: string): Promise<void> {
    await this.#ask("strikeJob", [key, callId]);
  }

  async settle(key: string, settlement: Settlement): Promise<void> {
    await this.#ask("settle", [key, settlement]);
  }

  /** Nobody waits any longer. The store itself is the primary's. */
  async close(): Promise<void> {
    for (const { reject } of this.#waiting.values()) reject(new Error("The worker ends."));
    this.#waiting.clear();
  }

  /** An answer of the primary's. */
  take({ id, outcome }: StoreAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (outcome.kind === "done") waiting?.resolve(outcome.value);
    else waiting?.reject(new Error(outcome.message));
  }

  #ask<Name extends StoreOperation>(
    operation: Name,
    values: Parameters<IdempotencyStore[Name]>,
  ): Promise<unknown> {
    const id = this.#asked++;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    // Together they are of one of the union's members.
    this.#send({ kind: "store", id, operation, values } as StoreQuestion);
    return answer.promise;
  }
}
