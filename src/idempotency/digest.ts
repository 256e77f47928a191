import { createHash, createHmac, type Hash } from "node:crypto";
import type { GenerateRequest } from "../domain/generate-request.ts";

/** What stands for a caller's key in a store: nobody can read the key from it, and no other caller has it. */
export function keyDigest(key: string, caller?: string): string {
  // A key can be any text, so that no text of a name and a key is sure to be nobody's key.
  const hash = caller === undefined ? createHash("sha256") : createHmac("sha256", caller);
  return hash.update(key).digest("hex");
}

/**
 * What stands for a request: equal for two requests exactly when all is equal that
 * decides what is bought and for how much. The key itself does not count, nor do
 * labels, which mark a call and not the work: one that is made again may bear others.
 */
export function requestDigest(request: GenerateRequest): string {
  const { idempotencyKey, labels, ...work } = request;
  const hash = createHash("sha256");
  add(hash, work);
  return hash.digest("hex");
}

/**
 * Adds a value such that no two values read the same: each piece says of what kind and
 * how long it is, names are in order, and what is undefined is as if it were not there.
 */
function add(hash: Hash, value: unknown): void {
  if (value instanceof Uint8Array) {
    hash.update(`b${value.length}:`).update(value);
  } else if (Array.isArray(value)) {
    hash.update(`a${value.length}:`);
    for (const item of value) add(hash, item);
  } else if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    entries.sort(([left], [right]) => (left < right ? -1 : 1));
    hash.update(`o${entries.length}:`);
    for (const [name, inner] of entries) {
      add(hash, name);
      add(hash, inner);
    }
  } else {
    const text = String(value);
    hash.update(`${typeof value}${text.length}:`).update(text);
  }
}
