import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { portkeyVersion } from "../systems/portkey.ts";

/** What the figures were measured on and with, in one sentence. */
export function describeMachine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${processors.length} processors (${processors[0]?.model.trim()}), ${memory} GB, Linux ${release().split(".", 2).join(".")}`,
    `Node ${process.versions.node}`,
    `@portkey-ai/gateway ${portkeyVersion} on the same Node`,
    firstLine("h2load", "--version"),
    firstLine("go", "version").replace("go version ", "").replace(/ .*/, ""),
  ].join("; ");
}

function firstLine(program: string, ...words: readonly string[]): string {
  return execFileSync(program, words, { encoding: "utf8" }).split("\n")[0] ?? "";
}
