import type { JsonValue } from "../../src/domain/json.ts";

/** A difference between our request and the vendor's that is meant, and why. */
export interface AcceptedDifference {
  /** Where: "headers.accept", "body.messages[0].content". */
  readonly at: string;
  /** Left out when ours does not have it. */
  readonly ours?: JsonValue | undefined;
  /** Left out when theirs does not have it. */
  readonly theirs?: JsonValue | undefined;
  readonly because: string;
}

/** The AI SDK takes any answer; we say what we can read. */
export const saysJson: AcceptedDifference = {
  at: "headers.accept",
  ours: "application/json",
  theirs: "*/*",
  because: "We say what we can read, so that proxies send their errors as JSON, too.",
};

/** Clients ask for JSON, or for anything, even when they want a stream. */
export function saysStream(theirs: string): AcceptedDifference {
  return {
    at: "headers.accept",
    ours: "text/event-stream, application/json",
    theirs,
    because: "A stream is what we want, and an error comes as JSON.",
  };
}

/** The AI SDK's files have no names, for which form encoders write "blob". */
export function namelessFile(part: string, index: number, name: string): AcceptedDifference {
  return {
    at: `body.${part}[${index}].filename`,
    ours: name,
    theirs: "blob",
    because: "A name of its own tells a file's kind to servers that look at nothing else.",
  };
}

/** Clients say of which type a body is that is not there. */
export const noBody: AcceptedDifference = {
  at: "headers.content-type",
  theirs: "application/json",
  because: "There is no body that could have a type.",
};

/** Some clients put a lone text into a list of parts. */
export function loneText(text: string): readonly AcceptedDifference[] {
  const at = "body.messages[0].content";
  const because = "A lone text is a string for us: every server takes that.";
  return [
    { at, ours: text, because },
    { at: `${at}[0].text`, theirs: text, because },
    { at: `${at}[0].type`, theirs: "text", because },
  ];
}
