import type { CostComponent, Cost as ProtoCost } from "../../../gen/spillway/v1/cost_pb.ts";
import type { Cost } from "../../domain/cost.ts";
import { costBasis } from "../enum-tables.ts";

/** Writes a cost. One that is not known has no amount and says UNKNOWN. */
export function costToProto(cost: Cost): ProtoCost {
  const known = cost.basis !== "unknown";
  return {
    $typeName: "spillway.v1.Cost",
    micros: known ? micros(cost.micros) : 0n,
    currency: "USD",
    basis: costBasis[cost.basis],
    components: known ? cost.components.map(componentToProto) : [],
  };
}

function componentToProto({ unit, quantity, micros: amount }: Component): CostComponent {
  return { $typeName: "spillway.v1.CostComponent", unit, quantity, micros: micros(amount) };
}

type Component = Exclude<Cost, { readonly basis: "unknown" }>["components"][number];

// Prices can come to fractions of a micro; the contract counts whole ones.
function micros(amount: number): bigint {
  return BigInt(Math.round(amount));
}
