import type { DatabaseSync } from "node:sqlite";

/**
 * Commits together what is written in one turn of the loop. To be durable costs a
 * sync of the disk, which stops everything else: a hundred callers who come at
 * once wait for one of them, and not for a hundred. The writes keep their order.
 */
export class CommitGroup {
  readonly #database: DatabaseSync;
  #writes: { readonly write: () => void; readonly done: PromiseWithResolvers<void> }[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Takes a write. The promise resolves once it is durable; it rejects when any write of its turn fails, and none of them counts. */
  add(write: () => void): Promise<void> {
    const done = Promise.withResolvers<void>();
    if (this.#writes.push({ write, done }) === 1) setImmediate(() => this.flush());
    return done.promise;
  }

  /** Commits now what waits. */
  flush(): void {
    const writes = this.#writes;
    if (writes.length === 0) return;
    this.#writes = [];
    try {
      this.#commit(writes);
    } catch (error) {
      for (const { done } of writes) done.reject(error);
      return;
    }
    for (const { done } of writes) done.resolve();
  }

  #commit(writes: readonly { readonly write: () => void }[]): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      for (const { write } of writes) write();
      this.#database.exec("COMMIT");
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}
