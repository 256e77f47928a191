import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { buildGo } from "../go-program.ts";
import { pinned } from "../measure/pin.ts";
import type { LoadTarget } from "./target.ts";

/** What the probe is to do: requests at even distances, or streams in so many places. */
export type ProbeTask =
  | { readonly rps: number; readonly seconds: number }
  | { readonly streams: number; readonly places: number };

let program: string | undefined;

/**
 * How long each took, in milliseconds: a request from the time at which it was due,
 * a stream's first delta from the time at which the upstream wrote it. Throws when
 * one failed.
 */
export async function probe(target: LoadTarget, task: ProbeTask): Promise<readonly number[]> {
  program ??= buildGo("probe");
  const [command, ...words] = pinned("load", [program]);
  const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const body = Buffer.from(target.body).toString("base64");
  child.stdin.end(JSON.stringify({ ...target, ...task, body }));
  const output = await text(child.stdout);
  if ((await ended) !== 0) throw new Error(`the probe of ${target.url} failed`);
  return JSON.parse(output) as readonly number[];
}
