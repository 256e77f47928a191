import type { Attributes } from "@opentelemetry/api";

/**
 * One thing for each row of label values, for the hot path: it is found by following
 * the values one by one, so that no key has to be built. An empty value stands for a
 * label that is left out.
 */
export class Labelled<Thing extends object> {
  readonly #names: readonly string[];
  readonly #make: (labels: Attributes) => Thing;
  readonly #root: Branch<Thing> = new Map();
  /** That of no labels at all has no branch. */
  #only: Thing | undefined;
  readonly #all: Thing[] = [];

  /** `make` is asked when a row of values is new. */
  constructor(names: readonly string[], make: (labels: Attributes) => Thing) {
    this.#names = names;
    this.#make = make;
  }

  /** The thing of these values, which are as many as there are names. */
  of(values: readonly string[]): Thing {
    const last = values.length - 1;
    if (last < 0) {
      this.#only ??= this.#add(values);
      return this.#only;
    }
    let branch = this.#root;
    for (let index = 0; index < last; index++) {
      const value = values[index] as string;
      let next = branch.get(value) as Branch<Thing> | undefined;
      if (next === undefined) {
        next = new Map();
        branch.set(value, next);
      }
      branch = next;
    }
    const value = values[last] as string;
    const known = branch.get(value) as Thing | undefined;
    if (known !== undefined) return known;
    const made = this.#add(values);
    branch.set(value, made);
    return made;
  }

  /** Every thing that was asked for, in the order in which they first were. */
  all(): readonly Thing[] {
    return this.#all;
  }

  #add(values: readonly string[]): Thing {
    const labels: Attributes = {};
    for (const [index, name] of this.#names.entries()) {
      const value = values[index];
      if (value !== undefined && value !== "") labels[name] = value;
    }
    const made = this.#make(labels);
    this.#all.push(made);
    return made;
  }
}

/** Leads to the branches of the next label, or, at the last, to the things. */
type Branch<Thing> = Map<string, Branch<Thing> | Thing>;
