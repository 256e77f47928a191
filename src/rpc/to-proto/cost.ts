import { create } from "@bufbuild/protobuf";
import {
  CostComponentSchema,
  CostSchema,
  type Cost as ProtoCost,
} from "../../../gen/spillway/v1/cost_pb.ts";
import type { Cost } from "../../domain/cost.ts";
import { costBasis } from "../enum-tables.ts";

/** Writes a cost. One that is not known has no amount and says UNKNOWN. */
export function costToProto(cost: Cost): ProtoCost {
  const basis = costBasis[cost.basis];
  if (cost.basis === "unknown") return create(CostSchema, { currency, basis });
  return create(CostSchema, {
    currency,
    basis,
    micros: micros(cost.micros),
    components: cost.components.map((component) =>
      create(CostComponentSchema, {
        unit: component.unit,
        quantity: component.quantity,
        micros: micros(component.micros),
      }),
    ),
  });
}

const currency = "USD";

// Prices can come to fractions of a micro; the contract counts whole ones.
function micros(amount: number): bigint {
  return BigInt(Math.round(amount));
}
