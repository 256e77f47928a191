import { describe, expect, it } from "vitest";
import { keyDigest, requestDigest } from "../../src/idempotency/digest.ts";
import { chatTask, fakeRequest, imageTask } from "../support/fake-request.ts";

const same = requestDigest(fakeRequest());

it("no key that anybody can choose has the digest of a caller's", () => {
  const digests = ["web\norder-7", "weborder-7", "order-7"].map((key) => keyDigest(key));
  expect(digests).not.toContain(keyDigest("order-7", "web"));
  expect(keyDigest("order-7", "web")).not.toBe(keyDigest("order-7", "batch"));
});

describe("a request's digest", () => {
  it("is that of every request that asks for the same work", () => {
    expect(requestDigest(fakeRequest({ idempotencyKey: "k", labels: { a: "b" } }))).toBe(same);
    const routing = { maxCostMicros: undefined, onRefusal: undefined };
    expect(requestDigest(fakeRequest({ routing }))).toBe(same);
  });

  it("does not depend on the order of names", () => {
    const digests = [
      { a: { x: 1, y: [2] }, b: {} },
      { b: {}, a: { y: [2], x: 1 } },
    ].map((providerOptions) => requestDigest(fakeRequest({ providerOptions })));
    expect(digests[0]).toBe(digests[1]);
  });

  it("differs when anything that is bought differs", () => {
    const image = (byte: number) => ({
      kind: "bytes" as const,
      bytes: Uint8Array.of(1, byte),
      mimeType: "",
    });
    const edit = (...images: ReturnType<typeof image>[]) => ({
      operation: "image_edit" as const,
      prompt: "",
      images,
      maskPolarity: "white_is_edited" as const,
      options: { count: 1 },
    });
    const requests = [
      fakeRequest(),
      fakeRequest({ model: "boat-2" }),
      fakeRequest({ fallbackModels: ["boat-2"] }),
      fakeRequest({ fallbackModels: ["boat", "-2"] }),
      fakeRequest({ endUser: "u" }),
      fakeRequest({ parameterMode: "strict" }),
      fakeRequest({ routing: { maxAttempts: 1 } }),
      fakeRequest({ providerOptions: { a: { x: 1 } } }),
      fakeRequest({ providerOptions: { a: { x: "1" } } }),
      fakeRequest({ providerOptions: { a: { x: null } } }),
      fakeRequest({ task: imageTask({ count: 2 }) }),
      fakeRequest({ task: imageTask({ seed: 0 }) }),
      fakeRequest({ task: imageTask({}, { prompt: "" }) }),
      fakeRequest({ task: chatTask() }),
      fakeRequest({ task: chatTask({ stop: ["a", "b"] }) }),
      fakeRequest({ task: chatTask({ stop: ["ab"] }) }),
      fakeRequest({ task: edit(image(1)) }),
      fakeRequest({ task: edit(image(2)) }),
      fakeRequest({ task: edit(image(1), image(2)) }),
    ];
    expect(new Set(requests.map(requestDigest)).size).toBe(requests.length);
  });
});

describe("a key's digest", () => {
  it("tells keys apart and shows nothing of them", () => {
    expect(keyDigest("order-7")).not.toBe(keyDigest("order-8"));
    expect(keyDigest("order-7")).toMatch(/^[0-9a-f]{64}$/);
    expect(keyDigest("order-7", "web")).toMatch(/^[0-9a-f]{64}$/);
  });
});
