import type { Contender, RunningSystem } from "../systems/system.ts";
import type { Job } from "./jobs.ts";

/** A server that speaks OpenAI's protocol and how it is reached. */
export interface OpenAiServer {
  readonly name: string;
  readonly system: RunningSystem | undefined;
  /** Before the path of a job. */
  readonly base: string;
  readonly http: "1.1" | "2";
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A job done by such a server. */
export function openAiContender(server: OpenAiServer, { openAi }: Job): Contender {
  const { name, system, base, http, headers } = server;
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
