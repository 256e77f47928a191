import type { Bench } from "../bench.ts";
import type { Floor } from "../systems/floor.ts";
import type { Portkey } from "../systems/portkey.ts";
import type { Contender, RunningSystem } from "../systems/system.ts";
import type { Job } from "./jobs.ts";

/** Whoever takes OpenAI's protocol, by the names of the tables. */
export type OpenAiName = "floor, HTTP/2" | "floor, HTTP/1.1" | "Portkey" | "direct";

/** How one of them is reached. */
export interface OpenAiServer {
  readonly name: OpenAiName;
  readonly system: RunningSystem | undefined;
  /** Before the path of a job. */
  readonly base: string;
  readonly http: "1.1" | "2";
  readonly headers?: Readonly<Record<string, string>>;
}

/** A job handed to those that speak OpenAI's protocol, towards one mode of the upstream. */
export function openAiContenders(
  { upstream: { origin } }: Bench,
  { floor, portkey }: { readonly floor: Floor; readonly portkey: Portkey },
  job: Pick<Job, "openAi">,
  names: readonly OpenAiName[],
  mode = "fast",
): readonly Contender[] {
  return names.map((name) =>
    openAiContender(
      {
        "floor, HTTP/2": () => floorServer(floor, "2", mode),
        "floor, HTTP/1.1": () => floorServer(floor, "1.1", mode),
        Portkey: () => portkeyServer(portkey, origin, mode),
        direct: () => directServer(origin, mode),
      }[name](),
      job,
    ),
  );
}

/** The upstream itself. */
function directServer(origin: string, mode: string): OpenAiServer {
  return { name: "direct", system: undefined, base: `${origin}/${mode}/v1`, http: "1.1" };
}

/** The pass-through, which hands on whatever path it is asked for. */
export function floorServer(floor: Floor, http: "1.1" | "2", mode: string): OpenAiServer {
  const origin = http === "2" ? floor.http2 : floor.http1;
  return { name: `floor, HTTP/${http}`, system: floor, base: `${origin}/${mode}/v1`, http };
}

/** Portkey's gateway, acting towards a mode of the upstream at this origin. */
export function portkeyServer(portkey: Portkey, origin: string, mode: string): OpenAiServer {
  return {
    name: "Portkey",
    system: portkey,
    base: `${portkey.origin}/v1`,
    http: "1.1",
    headers: portkey.headersFor(`${origin}/${mode}/v1`),
  };
}

/** A job done by such a server. */
export function openAiContender(
  { name, system, base, http, headers }: OpenAiServer,
  { openAi }: Pick<Job, "openAi">,
): Contender {
  return {
    name,
    system,
    target: {
      url: `${base}${openAi.path}`,
      http,
      headers: { authorization: "Bearer sk-bench", ...headers, "content-type": openAi.contentType },
      body: openAi.body,
    },
    check({ status, body }) {
      if (status !== 200 || !openAi.right(body))
        throw new Error(`${name}: ${status}: ${body.toString("utf8", 0, 500)}`);
    },
  };
}
