import { mkdtempSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Writes a file so that whoever reads it meanwhile finds it as it was or as it will be,
 * never empty or in part, and whoever watches its folder sees one change.
 */
export function replaceFile(path: string, text: string): void {
  const folder = mkdtempSync(join(tmpdir(), "spillway-next-"));
  const next = join(folder, "next");
  writeFileSync(next, text);
  renameSync(next, path);
  rmdirSync(folder);
}
