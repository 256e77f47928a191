import type { OpenAiServer } from "../load/open-ai-contender.ts";
import type { Floor } from "./floor.ts";
import type { Portkey } from "./portkey.ts";

/** Whoever hands OpenAI's requests to a mode of the upstream, and the upstream itself. */
export function openAiServers(
  origin: string,
  floor: Floor,
  portkey: Portkey,
  mode = "fast",
): readonly OpenAiServer[] {
  const base = `/${mode}/v1`;
  return [
    { name: "floor, HTTP/2", system: floor, base: `${floor.http2}${base}`, http: "2" },
    { name: "floor, HTTP/1.1", system: floor, base: `${floor.http1}${base}`, http: "1.1" },
    {
      name: "Portkey",
      system: portkey,
      base: `${portkey.origin}/v1`,
      http: "1.1",
      headers: portkey.headersFor(`${origin}${base}`),
    },
    { name: "direct", system: undefined, base: `${origin}${base}`, http: "1.1" },
  ];
}
