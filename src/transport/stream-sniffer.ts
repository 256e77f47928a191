import type { FailedExchange } from "./exchange-failure.ts";
import type { AnswerReader } from "./http-exchange.ts";

/** What a body is: events, or anything else. */
export type BodyKind = "events" | "other";

/**
 * Reads the first bytes of a body whose content type does not tell, finds out
 * what it is, and hands it to the reader that `choose` makes for that. Some
 * servers send events as text/plain or application/json.
 */
export function sniffBody(choose: (kind: BodyKind) => AnswerReader): AnswerReader {
  let chosen: AnswerReader | undefined;
  let head = Buffer.alloc(0);
  const decide = (kind: BodyKind): AnswerReader => {
    chosen = choose(kind);
    if (head.length > 0) chosen.write(head);
    return chosen;
  };
  return {
    write(chunk) {
      if (chosen !== undefined) return chosen.write(chunk);
      head = Buffer.concat([head, chunk]);
      const kind = kindOf(head.toString("latin1", 0, longestHead));
      if (kind !== undefined) decide(kind);
    },
    end: () => (chosen ?? decide("other")).end(),
    cut: (failed: FailedExchange) => (chosen ?? decide("other")).cut(failed),
  };
}

const longestHead = 64;
const fields = ["data:", "event:", "id:", "retry:", ":"];

/** What a body is that begins like this. Undefined when it takes more to tell. */
function kindOf(beginning: string): BodyKind | undefined {
  const text = beginning.replace(/^(ï»¿)?[\s]*/, "");
  if (fields.some((field) => text.startsWith(field))) return "events";
  if (beginning.length < longestHead && fields.some((field) => field.startsWith(text))) {
    return undefined;
  }
  return "other";
}
