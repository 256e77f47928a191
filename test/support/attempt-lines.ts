import type { DescEnum } from "@bufbuild/protobuf";
import {
  type Attempt,
  AttemptOutcomeSchema,
  AttemptReasonSchema,
  DeliveryStateSchema,
  FailureClassSchema,
} from "../../gen/spillway/v1/attempt_pb.ts";

/**
 * Writes attempts so that a test can read them: "FIRST boats FAILED OVERLOADED SENT
 * 429". A word is "-" where the attempt says nothing.
 */
export function attemptLines(attempts: readonly Attempt[]): string[] {
  return attempts.map(({ reason, provider, outcome, failure, delivery, httpStatus }) =>
    [
      word(AttemptReasonSchema, reason),
      provider,
      word(AttemptOutcomeSchema, outcome),
      ...(failure === 0
        ? []
        : [
            word(FailureClassSchema, failure),
            word(DeliveryStateSchema, delivery),
            httpStatus === 0 ? "-" : String(httpStatus),
          ]),
    ].join(" "),
  );
}

/** The name of an enum's value without that of the enum. */
function word(schema: DescEnum, number: number): string {
  const name = schema.value[number]?.name ?? String(number);
  const prefix = schema.name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  return number === 0 ? "-" : name.slice(prefix.length + 1);
}
