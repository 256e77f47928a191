import { create } from "@bufbuild/protobuf";
import { HedgeSchema, type Hedge as ProtoHedge } from "../../../gen/spillway/v1/route_pb.ts";
import type { Hedge } from "../../domain/hedge.ts";
import { durationToProto } from "./time.ts";

/** Writes a hedge, and the delay that it has now. Undefined: none yet. */
export function hedgeToProto(hedge: Hedge, delayMs: number | undefined): ProtoHedge {
  const message = create(HedgeSchema, {
    percentile: hedge.after === "p95" ? 95 : 0,
    paidImages: hedge.paidImages,
  });
  if (delayMs !== undefined) message.delay = durationToProto(delayMs);
  return message;
}
