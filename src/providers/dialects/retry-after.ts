/**
 * How long an answer's headers ask to wait, in milliseconds: `retry-after-ms`,
 * else `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3). A date is
 * measured from the answer's own `date` header, since providers read no clock;
 * without one it is ignored. Undefined when the headers ask for nothing that makes
 * sense. There is no upper limit: what is too long is for the caller to say.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>): number | undefined {
  const milliseconds = decimal(headers["retry-after-ms"]);
  if (milliseconds !== undefined) return Math.ceil(milliseconds);
  const value = headers["retry-after"];
  if (value === undefined) return undefined;
  const seconds = decimal(value);
  if (seconds !== undefined) return Math.ceil(seconds * 1000);
  const wait = httpDate(value) - httpDate(headers["date"] ?? "");
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

/**
 * Reads a duration as providers write it, in milliseconds: "12s", "240ms", "6m0s",
 * "1h2m", "12.5s" (Go's `time.Duration` and google.protobuf.Duration). Undefined
 * when the text is no duration.
 */
export function durationMs(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|[hms]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|[hms])/g)) {
    total += Number(amount) * (unitMs[unit as keyof typeof unitMs] ?? 0);
  }
  return Math.ceil(total);
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A number without sign or exponent; "" and "soon" are none. */
function decimal(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,12}(?:\.\d{1,9})?$/.test(value.trim())
    ? Number(value)
    : undefined;
}

/** NaN for everything but the form that RFC 9110 says to send: "Sun, 22 Nov 2026 10:00:00 GMT". */
function httpDate(value: string): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value.trim())
    ? Date.parse(value)
    : Number.NaN;
}
