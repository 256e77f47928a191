import { describe, expect, it } from "vitest";
import { fewAtATime } from "../../src/failover/few-at-a-time.ts";

describe("work of which few pieces run at a time", () => {
  it("begins at once while there is room, and then in order as others end, however they do", async () => {
    const inTurn = fewAtATime(2);
    const begun: number[] = [];
    const gates = [1, 2, 3, 4].map(() => Promise.withResolvers<number>());
    const results = gates.map((gate, number) =>
      inTurn(() => {
        begun.push(number);
        return gate.promise;
      }).catch(() => -1),
    );
    expect(begun).toEqual([0, 1]);
    gates[1]?.reject(new Error("It failed."));
    expect(await results[1]).toBe(-1);
    expect(begun).toEqual([0, 1, 2]);
    gates[0]?.resolve(10);
    expect(await results[0]).toBe(10);
    expect(begun).toEqual([0, 1, 2, 3]);
    gates[2]?.resolve(12);
    gates[3]?.resolve(13);
    expect(await Promise.all(results)).toEqual([10, -1, 12, 13]);
    expect(await inTurn(async () => "more")).toBe("more");
  });
});
