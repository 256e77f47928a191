import { describe, expect, it } from "vitest";
import { durationMs, retryAfterMs } from "../../../src/providers/dialects/retry-after.ts";

describe("retryAfterMs", () => {
  const date = "Sun, 22 Nov 2026 10:00:00 GMT";

  it.each([
    [{ "retry-after": "3" }, 3000],
    [{ "retry-after": " 0.5 " }, 500],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after-ms": "240", "retry-after": "3" }, 240],
    [{ "retry-after-ms": "soon", "retry-after": "3" }, 3000],
    [{ "retry-after": "Sun, 22 Nov 2026 10:00:07 GMT", date }, 7000],
    [{ "retry-after": "Sun, 22 Nov 2026 09:59:00 GMT", date }, 0],
  ])("reads %j as %i ms", (headers: Record<string, string>, expected) => {
    expect(retryAfterMs(headers)).toBe(expected);
  });

  it.each([
    [{}],
    [{ "retry-after": "" }],
    [{ "retry-after": "-3" }],
    [{ "retry-after": "1e9" }],
    [{ "retry-after": "later" }],
    [{ "retry-after": "Sun, 22 Nov 2026 10:00:07 GMT" }],
    [{ "retry-after": "2026-11-22T10:00:07Z", date }],
  ])("finds no wait in %j", (headers: Record<string, string>) => {
    expect(retryAfterMs(headers)).toBeUndefined();
  });
});

describe("durationMs", () => {
  it.each([
    ["12s", 12_000],
    ["240ms", 240],
    ["6m0s", 360_000],
    ["1h2m3s", 3_723_000],
    ["12.5s", 12_500],
    ["0.0001s", 1],
  ])("reads %s as %i ms", (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });

  it.each(["", "12", "s", "12 s", "-1s", "a12s", "1.2.3s"])("reads no duration in %j", (text) => {
    expect(durationMs(text)).toBeUndefined();
  });
});
