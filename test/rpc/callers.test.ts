import { describe, expect, it } from "vitest";
import { Secret } from "../../src/domain/secret.ts";
import { createCallers, type Identity } from "../../src/rpc/callers.ts";

const callers = createCallers([
  { name: "web", keys: [new Secret("web-key-of-today"), new Secret("web-key-of-before")] },
  { name: "batch", keys: [new Secret("batch-key")], models: ["gemini-*", "flux/dev"] },
  { name: "nobody", keys: [] },
]);

function nameOf(identity: Identity): string {
  return identity.kind === "known" ? identity.caller.name : identity.failure.error.message;
}

describe("a caller", () => {
  it.each([
    ["Bearer web-key-of-today", "web"],
    ["Bearer web-key-of-before", "web"],
    ["bearer batch-key", "batch"],
    ["BEARER   batch-key ", "batch"],
  ])("is known by %j", (authorization, name) => {
    expect(nameOf(callers.identify(authorization))).toBe(name);
  });

  it.each([
    [undefined, "answers callers with a key"],
    ["", 'has to be "Bearer KEY"'],
    ["batch-key", 'has to be "Bearer KEY"'],
    ["Bearer", 'has to be "Bearer KEY"'],
    ["Bearer ", 'has to be "Bearer KEY"'],
    ["Basic YmF0Y2gta2V5", 'has to be "Bearer KEY"'],
    ["Bearer web-key-of-today, Bearer batch-key", 'has to be "Bearer KEY"'],
    ["Bearer batch-ke", "No caller has this key"],
    ["Bearer batch-key2", "No caller has this key"],
    ["Bearer BATCH-KEY", "No caller has this key"],
  ])("is nobody with %j, and is told so without the key", (authorization, message) => {
    const identity = callers.identify(authorization);
    expect(nameOf(identity)).toContain(message);
    expect(identity.kind === "refused" && identity.failure.error.reason).toBe("UNAUTHENTICATED");
    expect(JSON.stringify(identity)).not.toMatch(/batch-ke|web-key|YmF0/i);
  });

  it("may ask for the models that its patterns match, by the name that it writes", () => {
    const identity = callers.identify("Bearer batch-key");
    if (identity.kind === "refused") throw new Error("unknown");
    const { caller } = identity;
    expect(caller.mayAsk("gemini-3-pro-image")).toBe(true);
    expect(caller.mayAsk("flux/dev")).toBe(true);
    expect(caller.mayAsk("flux/pro")).toBe(false);
    expect(caller.mayAsk("vertex/gemini-3-pro-image")).toBe(false);
  });

  it("has of its rate what a change of the configuration left, unless the rate is another", () => {
    const rates = new Map();
    const settings = { name: "web", keys: [new Secret("web-key")] };
    const take = (requestsPerMinute: number | undefined) => {
      const book = createCallers([{ ...settings, requestsPerMinute }], rates);
      const identity = book.identify("Bearer web-key");
      return identity.kind === "known" ? identity.caller.countRequest(0) : "unknown";
    };
    expect([take(1), take(1)]).toEqual([undefined, 60_000]);
    expect([take(2), take(2), take(2)]).toEqual([undefined, undefined, 30_000]);
    expect([take(undefined), take(undefined)]).toEqual([undefined, undefined]);
  });

  it("may ask for every model where it has no patterns", () => {
    const identity = callers.identify("Bearer web-key-of-today");
    expect(identity.kind === "known" && identity.caller.mayAsk("anything/at-all")).toBe(true);
  });
});
