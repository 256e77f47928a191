import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rendezvousOrder } from "../../src/router/rendezvous-order.ts";

interface Member {
  readonly name: string;
  readonly weight: number;
}

const nameOf = ({ name }: Member) => name;
const group: readonly Member[] = [
  { name: "a", weight: 70 },
  { name: "b", weight: 30 },
  { name: "spare", weight: 0 },
];
const members = fc.uniqueArray(
  fc.record({
    name: fc.string({ minLength: 1 }),
    weight: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1000, noNaN: true })),
  }),
  { selector: nameOf, minLength: 1, maxLength: 8 },
);

describe("rendezvousOrder", () => {
  it("gives one key one order", () => {
    const first = rendezvousOrder(group, "customer-7", nameOf);
    expect(rendezvousOrder([...group].reverse(), "customer-7", nameOf)).toEqual(first);
  });

  it("spreads many keys by weight, and none to the weightless", () => {
    const counts = new Map<string, number>();
    for (let key = 0; key < 20_000; key++) {
      const first = rendezvousOrder(group, `customer-${key}`, nameOf)[0]?.name ?? "";
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    expect(Math.abs((counts.get("a") ?? 0) / 20_000 - 0.7)).toBeLessThan(0.015);
    expect(counts.get("spare")).toBeUndefined();
  });

  it("keeps the order of the others when one goes", () => {
    fc.assert(
      fc.property(members, fc.string(), fc.nat(), (all, key, index) => {
        const gone = all[index % all.length];
        const before = rendezvousOrder(all, key, nameOf).filter((member) => member !== gone);
        const after = rendezvousOrder(
          all.filter((member) => member !== gone),
          key,
          nameOf,
        );
        expect(after).toEqual(before);
      }),
    );
  });

  it("moves a key only to the member whose weight grew", () => {
    for (let key = 0; key < 500; key++) {
      const before = rendezvousOrder(group, String(key), nameOf)[0];
      const grown = group.map((each) => (each.name === "b" ? { ...each, weight: 60 } : each));
      const after = rendezvousOrder(grown, String(key), nameOf)[0];
      if (after?.name !== before?.name) expect(after?.name).toBe("b");
    }
  });
});
