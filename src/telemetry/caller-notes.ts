import type { GenerateRequest } from "../domain/generate-request.ts";

/** Who calls, and what it says of its request for the log, as fields of a line. */
export interface CallerNotes {
  readonly caller?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly end_user?: string;
}

/** The caller's name, a request's labels, and whom it is made for. What is not there has no field. */
export function callerNotes(
  caller: string | undefined,
  request: GenerateRequest | undefined,
): CallerNotes {
  if (caller === undefined && request === undefined) return nothing;
  const { labels = {}, endUser = "" } = request ?? {};
  return {
    ...(caller !== undefined && { caller }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(endUser !== "" && { end_user: endUser }),
  };
}

const nothing: CallerNotes = {};
