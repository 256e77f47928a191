import { faultForms } from "../domain/sandbox-fault.ts";

/** A fault that an embedded provider is ordered to show. */
export interface Fault {
  /** The slug of the provider that shows it. "*" means every one. */
  readonly provider: string;
  readonly effect: FaultEffect;
}

/** What goes wrong. */
export type FaultEffect =
  /** An HTTP error, in the vendor's own form. */
  | { readonly kind: "http"; readonly status: number }
  /** A normal answer, but late. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** Too many requests, with the vendor's own hint of when to come back. */
  | { readonly kind: "rate_limit"; readonly waitMs: number }
  | { readonly kind: PlainFault };

/** A fault without a parameter. */
export type PlainFault =
  /** Takes the request and stays silent. */
  | "timeout"
  /** The vendor's safety system says no. */
  | "refuse"
  /** A success without a result. */
  | "empty"
  /** Accepted and begun, then failed. */
  | "fail_late"
  /** The connection breaks in the middle of the answer. */
  | "cut_stream"
  /** A success whose body is no answer. */
  | "garbage"
  /** The connection breaks before the answer. */
  | "reset";

/** What a request meets: how long it waits, then what goes wrong, if anything. */
export interface FaultOrder {
  readonly delayMs: number;
  readonly effect?: Exclude<FaultEffect, { readonly kind: "slow" }> | undefined;
}

/**
 * Reads one order like "openai=http-503", "*=slow:2s" or "gemini=rate-limit:500ms".
 * A string is the problem, as a sentence. Whether the provider exists it does not know.
 */
export function parseFault(text: string): Fault | string {
  const match = /^\s*(\*|[a-z0-9][a-z0-9-]*)\s*=\s*(\S+)\s*$/.exec(text);
  if (match === null) {
    return `"${text}" is not a sandbox fault; write PROVIDER=FAULT, like "openai=http-503" or "*=slow:2s".`;
  }
  const [, provider = "", form = ""] = match;
  const effect = parseEffect(form);
  if (effect === undefined) {
    return `"${form}" is not a sandbox fault; it is one of ${faultForms.join(", ")}, where NNN is 400 to 599 and DURATION is like 500ms, 2s or 1m.`;
  }
  return { provider, effect };
}

/** Reads several orders, separated by commas: the form of the request header. A string is the first problem. */
export function parseFaults(text: string): readonly Fault[] | string {
  const faults: Fault[] = [];
  for (const part of text.split(",")) {
    if (part.trim() === "") continue;
    const fault = parseFault(part);
    if (typeof fault === "string") return fault;
    faults.push(fault);
  }
  return faults;
}

/** What a provider's request meets. Delays add up; of the other effects, the first one counts. */
export function faultOrder(faults: readonly Fault[], provider: string): FaultOrder {
  let delayMs = 0;
  let first: FaultOrder["effect"];
  for (const fault of faults) {
    if (fault.provider !== "*" && fault.provider !== provider) continue;
    if (fault.effect.kind === "slow") delayMs += fault.effect.delayMs;
    else first ??= fault.effect;
  }
  return { delayMs, effect: first };
}

const plainFaults: Readonly<Record<string, PlainFault>> = {
  timeout: "timeout",
  refuse: "refuse",
  empty: "empty",
  "fail-late": "fail_late",
  "cut-stream": "cut_stream",
  garbage: "garbage",
  reset: "reset",
};

function parseEffect(form: string): FaultEffect | undefined {
  if (Object.hasOwn(plainFaults, form)) {
    const kind = plainFaults[form];
    return kind === undefined ? undefined : { kind };
  }
  const status = /^http-([45]\d\d)$/.exec(form)?.[1];
  if (status !== undefined) return { kind: "http", status: Number(status) };
  const timed = /^(slow|rate-limit):(\d+(?:\.\d+)?)(ms|s|m)$/.exec(form);
  if (timed === null) return undefined;
  const ms = Math.round(
    Number(timed[2]) * (timed[3] === "m" ? 60_000 : timed[3] === "s" ? 1000 : 1),
  );
  return timed[1] === "slow" ? { kind: "slow", delayMs: ms } : { kind: "rate_limit", waitMs: ms };
}
