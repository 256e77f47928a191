import { identifier } from "../domain/failure.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import type { JobTicket } from "../domain/job-ticket.ts";
import type { LastWord } from "./describe-error.ts";
import { endedFromThisSide } from "./ended-from-this-side.ts";

/** A failure as the last word. */
type FailureWord = Extract<LastWord, { readonly kind: "failure" }>;

/**
 * Which of several attempts' words is the request's: one after which it is worth
 * coming back, then one that leaves open what was bought, then that of the newest.
 */
export function weightiestWord(words: readonly LastWord[]): LastWord {
  return (
    words.find((word) => word.kind === "at_limit" || isEnd(word)) ??
    words.find(isOpenStill) ??
    words[0] ?? { kind: "no_candidate" }
  );
}

/** Whether the job may still have its result, or may have had one. */
export function isOpenStill(word: LastWord): word is FailureWord {
  return word.kind === "failure" && word.failure.delivery === "ambiguous" && !isEnd(word);
}

/** How a request is told whose jobs did not give what they may have made: it names them, so that somebody can look. */
export function stillUnknown(
  tickets: readonly JobTicket[],
  { failure }: FailureWord,
): Pick<GatewayError, "reason" | "message" | "metadata"> {
  const providers = all(tickets.map(({ attempt }) => attempt.provider));
  return {
    reason: "AMBIGUOUS_OUTCOME",
    message: `A request with this idempotency_key was sent before and may have been billed; its result could not be fetched from ${providers}. ${failure.message} Ask again with the key to try once more, or look for the job at the provider, then use a new key to buy again.`,
    metadata: {
      field: "idempotency_key",
      provider: providers,
      upstream_model: all(tickets.map(({ attempt }) => attempt.upstreamModel)),
      upstream_id: all(tickets.flatMap(({ callId, job }) => identifier(job?.id ?? callId) ?? [])),
      failure: failure.class,
    },
  };
}

/** Whether it ended from this side: the caller left, or its time was up. */
function isEnd(word: LastWord): boolean {
  return word.kind === "failure" && endedFromThisSide(word.failure.class);
}

function all(names: readonly string[]): string {
  return [...new Set(names)].join(", ");
}
