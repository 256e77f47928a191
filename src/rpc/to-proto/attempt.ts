import { create } from "@bufbuild/protobuf";
import {
  AttemptSchema,
  type Attempt as ProtoAttempt,
} from "../../../gen/spillway/v1/attempt_pb.ts";
import type { Attempt } from "../../domain/attempt.ts";
import * as tables from "../enum-tables.ts";
import { costToProto } from "./cost.ts";
import { durationToProto, timestampToProto } from "./time.ts";

/** Writes an attempt, running or ended. */
export function attemptToProto(attempt: Attempt): ProtoAttempt {
  const message = create(AttemptSchema, {
    number: attempt.number,
    model: attempt.model,
    provider: attempt.provider,
    upstreamModel: attempt.upstreamModel,
    priority: attempt.priority,
    weight: attempt.weight,
    reason: tables.attemptReason[attempt.reason],
    startTime: timestampToProto(attempt.startTime),
    httpStatus: attempt.httpStatus ?? 0,
    upstreamCode: attempt.upstreamCode ?? "",
    message: attempt.message,
    upstreamRequestId: attempt.upstreamRequestId ?? "",
    cost: costToProto(attempt.cost),
    discardOutput: attempt.discardOutput,
  });
  const { durationMs, outcome, failure, delivery, retryAfterMs } = attempt;
  if (durationMs !== undefined) message.duration = durationToProto(durationMs);
  if (outcome !== undefined) message.outcome = tables.attemptOutcome[outcome];
  if (failure !== undefined) message.failure = tables.failureClass[failure];
  if (delivery !== undefined) message.delivery = tables.deliveryState[delivery];
  if (retryAfterMs !== undefined) message.retryAfter = durationToProto(retryAfterMs);
  return message;
}
