import type { Answer } from "./vendor.ts";

/** An answer with Replicate's problem: no code, a title where there is one, a line break at the end. */
export function replicateError(status: number, detail?: string, title?: string): Answer {
  const usual = problems[status] ?? problems[status < 500 ? 400 : 500];
  const heading = title ?? usual?.title;
  return {
    kind: "json",
    status,
    contentType: "application/problem+json",
    headers: { "ratelimit-remaining": "599", "ratelimit-reset": "1" },
    value: {
      ...(heading === undefined ? {} : { title: heading }),
      detail: detail ?? usual?.detail ?? "",
      status,
    },
    tail: "\n",
  };
}

/** Why a prediction failed that was refused: the checker of the open models says it in other words. */
export function refusalOf(model: string): string {
  return /flux-(?:schnell|dev)$|sdxl/.test(model)
    ? "NSFW content detected. Try running it again, or try a different prompt."
    : "The input or output was flagged as sensitive. Please try again with different inputs. (E005) (sandbox)";
}

/** Why a prediction failed that the platform lost: mostly, a version did not start in time. */
export function breakdownOf(isOfficial: boolean): string {
  return isOfficial
    ? "Director: unexpected error handling prediction (E9828)"
    : "Director: timed out starting prediction (E6716)";
}

const problems: Readonly<Record<number, { readonly title?: string; readonly detail: string }>> = {
  400: { title: "Bad request", detail: "The request could not be understood." },
  401: {
    title: "Unauthenticated",
    detail: "You did not pass a valid authentication token",
  },
  402: {
    title: "Insufficient credit",
    detail:
      "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase credit.",
  },
  403: { title: "Forbidden", detail: "You do not have permission to perform this action." },
  404: { detail: "The requested resource could not be found." },
  429: { detail: "Request was throttled." },
  500: { title: "Internal server error", detail: "An internal error occurred." },
};
