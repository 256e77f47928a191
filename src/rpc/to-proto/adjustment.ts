import type { Adjustment as ProtoAdjustment } from "../../../gen/spillway/v1/generate_pb.ts";
import type { Adjustment } from "../../domain/adjustment.ts";
import { adjustmentKind } from "../enum-tables.ts";

/** Writes an adjustment. */
export function adjustmentToProto(adjustment: Adjustment): ProtoAdjustment {
  const { field, requested, applied, kind, provider, reason } = adjustment;
  return {
    $typeName: "spillway.v1.Adjustment",
    field,
    requested,
    applied,
    kind: adjustmentKind[kind],
    provider,
    reason,
  };
}
