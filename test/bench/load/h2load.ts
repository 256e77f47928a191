import { execFile, execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { pinned } from "../measure/pin.ts";
import { runFolder } from "../scratch.ts";
import type { LoadTarget } from "./target.ts";

/** How hard to press. */
export interface Pressure {
  readonly connections: number;
  /** At the same time on each connection; 1 over HTTP/1.1. */
  readonly streams: number;
  /** So long, or so many. */
  readonly until: { readonly seconds: number } | { readonly requests: number };
}

/** What came of it. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly done: number;
  /** Of all answers, without headers and frames. */
  readonly bodyBytes: number;
}

const h2load = "/usr/bin/h2load";

/** Installs h2load from Debian's packages when it is not there. */
export function installH2load(): void {
  if (existsSync(h2load)) return;
  execFileSync("apt-get", ["update", "-qq"], { stdio: "inherit" });
  execFileSync("apt-get", ["install", "-y", "-qq", "nghttp2-client"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** Presses a target with requests, one after the other in each place, from the load's processor. Throws when one was not answered with 2xx. */
export async function pressWithH2load(
  target: LoadTarget,
  pressure: Pressure,
  nice = false,
): Promise<LoadResult> {
  const body = join(runFolder, "body");
  writeFileSync(body, target.body);
  const http1 = target.http === "1.1";
  const { connections, streams, until } = pressure;
  const words = [
    ...[h2load, ...(http1 ? ["--h1"] : [])],
    ...["-c", `${http1 ? connections * streams : connections}`, "-m", `${http1 ? 1 : streams}`],
    ...("seconds" in until ? ["-D", `${until.seconds}`] : ["-n", `${until.requests}`]),
    ...[
      "-d",
      body,
      ...Object.entries(target.headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
    ],
    target.url,
  ];
  const [program, ...rest] = nice
    ? pinned("both", ["nice", "-n", "10", ...words])
    : pinned("load", words);
  const { stdout } = await promisify(execFile)(program, rest);
  return readH2load(stdout);
}

/** Reads what h2load prints at its end. Throws when a request failed or was not answered with 2xx; none at all is no failure. */
export function readH2load(text: string): LoadResult {
  const rate = /^finished in [^,]+, ([\d.]+) req\/s/m.exec(text)?.[1];
  const requests = /(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout/.exec(
    text,
  );
  const statuses = /^status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/m.exec(text);
  const bodyBytes = /\((\d+)\) data$/m.exec(text)?.[1];
  if (rate === undefined || bodyBytes === undefined || requests === null || statuses === null)
    throw new Error(`h2load said something else:\n${text}`);
  const [done = 0, succeeded, ...bad] = requests.slice(1).map(Number);
  const others = statuses.slice(2).map(Number);
  if (done !== succeeded || [...bad, ...others].some((count) => count > 0))
    throw new Error(`not every request succeeded:\n${text}`);
  return { requestsPerSecond: Number(rate), done, bodyBytes: Number(bodyBytes) };
}
