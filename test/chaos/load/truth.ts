import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../interop/start-gateway.ts";
import { isWanted, type Row, type Scenario } from "./scenario.ts";

/** The short form of the suite, which is a part of `npm test`. */
export const truth: Scenario = {
  name: "truth",
  must: "Every scenario of the short form ends in a typed outcome of the right class and within its deadline.",
  columns: ["file of test/chaos", "scenarios", "as they must"],
  async *run(settings) {
    const out = join(mkdtempSync(join(tmpdir(), "spillway-truth-")), "report.json");
    const words = ["node_modules/.bin/vitest", "run", "test/chaos"];
    const options = ["--reporter=json", `--outputFile=${out}`];
    const child = spawn(process.execPath, [...words, ...options], { cwd: root, stdio: "ignore" });
    await new Promise((resolve) => child.once("exit", resolve));
    const { testResults } = JSON.parse(readFileSync(out, "utf8")) as Report;
    for (const { name, assertionResults } of testResults) {
      const file = name.replace(/^.*\/|\.test\.ts$/g, "");
      if (isWanted(settings, file)) yield rowOf(file, assertionResults);
    }
  },
};

/** What Vitest writes, as far as it is read. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

function rowOf(file: string, results: readonly { readonly status: string }[]): Row {
  const passed = results.filter(({ status }) => status === "passed").length;
  return {
    cells: [file, String(results.length), String(passed)],
    met: results.length > 0 && passed === results.length,
  };
}
