import { type Attempt, AttemptOutcome } from "../../../gen/spillway/v1/attempt_pb.ts";

/** How one call ended. */
export interface CallEnd {
  /** When it was due, on `performance`'s scale. */
  readonly dueAt: number;
  readonly tookMs: number;
  /** The name of its canonical code, or of what broke the connection. */
  readonly code: string;
  /** The reason that the gateway gives for a failure. Undefined when it gave none. */
  readonly reason: string | undefined;
  /** What the client library says of a failure that the gateway did not explain. */
  readonly said: string;
  /** The provider that answered. */
  readonly provider: string | undefined;
  /** The providers that were asked, once for each attempt. */
  readonly asked: readonly string[];
}

/** Makes a call. The number tells calls apart. */
export type MakeCall = (number: number) => Promise<CallEnd>;

/** Whether it brought an answer. */
export function isAnswered({ code }: CallEnd): boolean {
  return code === "OK";
}

/** Whether it ended as a caller can rely on: with an answer, or with an error that says why. */
export function isTyped({ code, reason }: CallEnd): boolean {
  return code === "OK" || reason !== undefined;
}

/** Who was asked, by the attempts of a response or of an error. */
export function askedOf(attempts: readonly Attempt[]): readonly string[] {
  return attempts
    .filter(({ outcome }) => outcome !== AttemptOutcome.SKIPPED)
    .map(({ provider }) => provider);
}

/** Those that were due in a time. */
export function dueBetween(ends: readonly CallEnd[], from: number, to: number): readonly CallEnd[] {
  return ends.filter(({ dueAt }) => dueAt >= from && dueAt < to);
}
