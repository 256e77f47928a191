import { describe, expect, it } from "vitest";
import { type CpuProfile, drawFlames, foldProfile } from "./flame-graph.ts";

function frame(functionName: string, url = "") {
  return { functionName, url, lineNumber: 9 };
}

const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame("(root)"), children: [2, 3, 5] },
    { id: 2, callFrame: frame("serve", "file:///home/me/src/serve.ts"), children: [4] },
    { id: 3, callFrame: frame("(idle)") },
    { id: 4, callFrame: frame("a<b", "file:///home/me/node_modules/thing/index.js") },
    { id: 5, callFrame: frame("serve", "file:///home/me/src/serve.ts") },
  ],
  samples: [4, 3, 5, 2],
  timeDeltas: [100, 1000, 200, 700],
};

describe("the flame graph of a profile", () => {
  it("adds up the calls of one function, with those below, and leaves idle time out", () => {
    const root = foldProfile(profile, "/home/me");
    expect(root.total).toBe(1000);
    const serve = root.below.get("serve src/serve.ts:10");
    expect(serve?.total).toBe(1000);
    expect(serve?.below.get("a<b thing/index.js:10")?.total).toBe(100);
    expect([...root.below.keys()]).toEqual(["serve src/serve.ts:10"]);
  });

  it("draws every box with its name and its share, and no directory of this machine", () => {
    const drawing = drawFlames(foldProfile(profile, "/home/me"), "a title");
    expect(drawing).toContain("<title>serve src/serve.ts:10, 100.0 %</title>");
    expect(drawing).toContain("<title>a&lt;b thing/index.js:10, 10.0 %</title>");
    expect(drawing).toContain(">a title</text>");
    expect(drawing).not.toContain("/home");
  });
});
