import {
  AttemptOutcome,
  DeliveryState,
  FailureClass,
  type Attempt as ProtoAttempt,
} from "../../../gen/spillway/v1/attempt_pb.ts";
import type { Attempt } from "../../domain/attempt.ts";
import * as tables from "../enum-tables.ts";
import { costToProto } from "./cost.ts";
import { durationToProto, timestampToProto } from "./time.ts";

/** Writes an attempt, running or ended. */
export function attemptToProto(attempt: Attempt): ProtoAttempt {
  const { durationMs, outcome, failure, delivery, retryAfterMs } = attempt;
  const message: ProtoAttempt = {
    $typeName: "spillway.v1.Attempt",
    number: attempt.number,
    model: attempt.model,
    provider: attempt.provider,
    upstreamModel: attempt.upstreamModel,
    priority: attempt.priority,
    weight: attempt.weight,
    reason: tables.attemptReason[attempt.reason],
    startTime: timestampToProto(attempt.startTime),
    outcome: outcome === undefined ? AttemptOutcome.UNSPECIFIED : tables.attemptOutcome[outcome],
    failure: failure === undefined ? FailureClass.UNSPECIFIED : tables.failureClass[failure],
    delivery: delivery === undefined ? DeliveryState.UNSPECIFIED : tables.deliveryState[delivery],
    httpStatus: attempt.httpStatus ?? 0,
    upstreamCode: attempt.upstreamCode ?? "",
    message: attempt.message,
    upstreamRequestId: attempt.upstreamRequestId ?? "",
    cost: costToProto(attempt.cost),
    discardOutput: attempt.discardOutput,
  };
  if (durationMs !== undefined) message.duration = durationToProto(durationMs);
  if (retryAfterMs !== undefined) message.retryAfter = durationToProto(retryAfterMs);
  return message;
}
