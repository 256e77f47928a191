import { describe, expect, it } from "vitest";
import { Secret } from "../../src/domain/secret.ts";
import { chooseKey } from "../../src/failover/choose-key.ts";

const keys = [new Secret("one"), new Secret("two"), new Secret("three")];

describe("choosing a key", () => {
  it("takes them in turn", () => {
    const turns = [0, 1, 2, 3, 4].map((turn) => chooseKey(keys, turn, () => 0));
    expect(turns).toEqual([keys[0], keys[1], keys[2], keys[0], keys[1]]);
  });

  it("passes over one that is of no use now", () => {
    const wait = (key: Secret) => (key === keys[1] ? 5_000 : 0);
    expect(chooseKey(keys, 1, wait)).toBe(keys[2]);
  });

  it("takes the one that waits least when none is of use", () => {
    const waits = new Map([
      [keys[0], 300],
      [keys[1], 20],
      [keys[2], 100],
    ]);
    expect(chooseKey(keys, 0, (key) => waits.get(key) ?? 0)).toBe(keys[1]);
  });

  it("has none to take from none", () => {
    expect(chooseKey([], 0, () => 0)).toBeUndefined();
  });
});
