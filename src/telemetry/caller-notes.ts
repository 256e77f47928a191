import type { GenerateRequest } from "../domain/generate-request.ts";

/** What a caller says of its request for the log, as fields of a line. */
export interface CallerNotes {
  readonly labels?: Readonly<Record<string, string>>;
  readonly end_user?: string;
}

/** A request's labels, and whom its caller works for. What is not there has no field. */
export function callerNotes(request: GenerateRequest | undefined): CallerNotes {
  if (request === undefined) return nothing;
  const { labels, endUser } = request;
  const isLabelled = Object.keys(labels).length > 0;
  if (!isLabelled && endUser === "") return nothing;
  return { ...(isLabelled && { labels }), ...(endUser !== "" && { end_user: endUser }) };
}

const nothing: CallerNotes = {};
