import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** What the linter cannot say. */
describe("the house", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => ({ path: join("src", name), text: readFileSync(join("src", name), "utf8") }));

  it("runs on a Node that has what it needs", () => {
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    expect(major > 22 || (major === 22 && minor >= 19), process.version).toBe(true);
  });

  it("has no file over 300 lines without a reason in it", () => {
    const long = sources
      .filter(
        ({ text }) => text.split("\n").length > 301 && !text.includes("Over 300 lines because"),
      )
      .map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it("is handed time and chance, and takes them nowhere else", () => {
    // The edges of the process: where the real clock and chance come from.
    const edges = ["src/main.ts", "src/process/system-clock.ts"];
    const takers = sources
      .filter(({ path }) => !edges.includes(path))
      .filter(({ text }) =>
        /\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|setTimeout\(|setInterval\(|randomUUID\()/.test(
          withoutComments(text),
        ),
      )
      .map(({ path }) => path);
    expect(takers).toEqual([]);
  });

  it("imports its own files with their extension and exports nothing by default", () => {
    const wrong = sources
      .filter(({ text }) => /from "\.[^"]*(?<!\.ts|\.json)"|^export default/m.test(text))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
}
