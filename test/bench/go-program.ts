import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { scratch } from "./scratch.ts";

/** Builds one of the benchmark's programs in Go, and says where it is. */
export function buildGo(name: "upstream" | "probe"): string {
  const program = join(scratch, name);
  execFileSync("go", ["build", "-o", program, `./${name}`], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return program;
}
