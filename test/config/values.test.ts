import { describe, expect, it } from "vitest";
import { isOrigin, parseBaseUrl } from "../../src/config/base-url.ts";
import { parseByteSize } from "../../src/config/byte-size.ts";
import { formatDuration, parseDuration } from "../../src/config/duration.ts";
import { isFaultOrder } from "../../src/config/fault-order.ts";
import { isGlob } from "../../src/config/glob.ts";
import { closestName } from "../../src/domain/closest-names.ts";
import { parseFault } from "../../src/sandbox/fault.ts";

describe("a duration", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["1.5s", 1500],
    ["2m", 120_000],
    ["1h", 3_600_000],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "30", "0s", "-1s", "2 m", "1d", "s", "1e3s", "25h", "0.1ms"])(
    '"%s" is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it.each([
    [90_000, "90s"],
    [120_000, "2m"],
    [1500, "1500ms"],
  ])("of %d ms is written %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("a size", () => {
  it.each([
    ["64MiB", 67_108_864],
    ["64MB", 64_000_000],
    ["1.5KiB", 1536],
    ["100B", 100],
  ])("%s is %d bytes", (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each(["64", "0MiB", "3GiB", "64mb", "MiB"])('"%s" is none', (text) => {
    expect(parseByteSize(text)).toBeUndefined();
  });
});

describe("a base_url", () => {
  it.each([
    ["https://api.openai.com/v1", "https://api.openai.com/v1"],
    ["https://api.openai.com/v1//", "https://api.openai.com/v1"],
    ["http://10.0.0.5:8000", "http://10.0.0.5:8000"],
    ["HTTP://Host/Path/", "http://host/Path"],
  ])("%s is %s", (text, url) => {
    expect(parseBaseUrl(text)).toBe(url);
  });

  it.each([
    "",
    "api.openai.com",
    "ftp://host",
    "file:///etc/passwd",
    "http:///v1",
    "https://user:word@host",
    "https://key@host",
    "https://host/v1?key=1",
    "https://host/v1#top",
  ])('"%s" is none', (text) => {
    expect(parseBaseUrl(text)).toBeUndefined();
  });
});

describe("an origin", () => {
  it("is what browsers send, or a star", () => {
    expect(["*", "https://app.example", "http://localhost:3000"].every(isOrigin)).toBe(true);
    expect(
      ["https://app.example/", "app.example", "https://*.example", "null"].some(isOrigin),
    ).toBe(false);
  });
});

describe("a glob", () => {
  it("has its brackets closed and no space around it", () => {
    expect(["*", "imagen-*", "gpt-image-[12]", "{a,b}-*", "google/*"].every(isGlob)).toBe(true);
    expect(["", "[", "imagen-[1", " imagen"].some(isGlob)).toBe(false);
  });
});

describe("a fault order", () => {
  const forms = [
    "openai=http-503",
    "fal=http-404",
    "openai=timeout",
    "vertex=refuse",
    "gemini=empty",
    "replicate=fail-late",
    "openrouter=cut-stream",
    "*=slow:2s",
    "openai=rate-limit:3s",
    "xai=garbage",
    "runware=reset",
    "openai=http-200",
    "openai=http-5030",
    "openai=slow",
    "openai=slow:2",
    "openai=rate-limit",
    "openai=explode",
    "openai",
    "=reset",
  ];

  it.each(forms)("%s is good exactly when the sandbox understands it", (text) => {
    expect(isFaultOrder(text, new Set())).toBe(typeof parseFault(text) !== "string");
  });

  it("names a built-in provider or one of the file's own", () => {
    expect(isFaultOrder("my-vllm=reset", new Set())).toBe(false);
    expect(isFaultOrder("my-vllm=reset", new Set(["my-vllm"]))).toBe(true);
  });
});

describe("the closest name", () => {
  it.each([
    ["kyes", "keys"],
    ["baseUrl", "base_url"],
    ["weigth", "weight"],
    ["key", "keys"],
  ])("to %s is %s", (name, meant) => {
    expect(closestName(name, ["keys", "base_url", "weight", "timeout"])).toBe(meant);
  });

  it("is none when nothing is near", () => {
    expect(closestName("colour", ["keys", "base_url"])).toBeUndefined();
  });
});
