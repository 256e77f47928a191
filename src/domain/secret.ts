import { createHash } from "node:crypto";

/**
 * A key. It cannot be printed by accident: every way to turn it into text gives
 * its fingerprint; only `reveal` gives the key.
 */
export class Secret {
  readonly #value: string;
  /** Eight hexadecimal digits that tell keys apart in logs and reports. */
  readonly fingerprint: string;

  constructor(value: string) {
    this.#value = value;
    this.fingerprint = createHash("sha256").update(value).digest("hex").slice(0, 8);
  }

  /** The key itself, to be put into a header and nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `[secret ${this.fingerprint}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
