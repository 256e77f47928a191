/** An amount of money and how it is known. Unknown is unknown, never nothing. */
export type Cost =
  | {
      readonly basis: "reported" | "priced";
      /** Millionths of a US dollar. */
      readonly micros: number;
      readonly components: readonly CostComponent[];
    }
  | { readonly basis: "unknown" };

/** One line of a bill. */
export interface CostComponent {
  /** "image", "input_image", "megapixel", "input_token", "image_input_token", "output_token", "image_output_token", "second". */
  readonly unit: string;
  readonly quantity: number;
  /** Millionths of a US dollar. */
  readonly micros: number;
}

/** A cost that nobody told. */
export const unknownCost: Cost = { basis: "unknown" };

/** No cost, known for certain: nothing was sent, or the provider says that it does not bill this. */
export const noCost: Cost = { basis: "priced", micros: 0, components: [] };

/** A cost that the provider reported, in millionths of a US dollar. Unknown where that is no sum of money. */
export function reportedCost(micros: number): Cost {
  return isSum(micros) ? { basis: "reported", micros, components: [] } : unknownCost;
}

/** The cost that lines of a bill add up to. Unknown where that is no sum of money. */
export function totalCost(components: readonly CostComponent[]): Cost {
  const micros = components.reduce((sum, component) => sum + component.micros, 0);
  return isSum(micros) ? { basis: "priced", micros, components } : unknownCost;
}

/** Providers can write any number, and none beyond these can be counted or told. */
function isSum(micros: number): boolean {
  return micros >= 0 && micros <= Number.MAX_SAFE_INTEGER;
}

/** Adds costs. The sum is unknown when a part is, and reported when every part that is not nothing is. */
export function addCosts(costs: readonly Cost[]): Cost {
  return costs.reduce(addCost, noCost);
}

/** Adds one more cost to a sum that began with `noCost`. */
export function addCost(sum: Cost, cost: Cost): Cost {
  if (sum.basis === "unknown" || isNothing(cost)) return sum;
  if (cost.basis === "unknown" || isNothing(sum)) return cost;
  return {
    basis: sum.basis === cost.basis ? sum.basis : "priced",
    micros: sum.micros + cost.micros,
    components: [...sum.components, ...cost.components],
  };
}

function isNothing(cost: Cost): boolean {
  return cost.basis !== "unknown" && cost.micros === 0 && cost.components.length === 0;
}
