import { parseAddress } from "../domain/address.ts";
import type { CrossProblem } from "./cross-problem.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** Finds keys of the `media` section that do not go together, or not with `server.listen`. */
export function mediaProblems(media: Mapping, server: Mapping): readonly CrossProblem[] {
  const problems: CrossProblem[] = [];
  const add = (key: string | undefined, message: string): void => {
    problems.push({ path: key === undefined ? ["media"] : ["media", key], message, atKey: true });
  };
  const { store } = media;
  for (const [owner, keys] of Object.entries(keysOf)) {
    if (store === owner) continue;
    for (const key of keys) {
      if (media[key] !== undefined) add(key, `does not apply here; expected it only with ${owner}`);
    }
  }
  if (media["lifetime"] !== undefined && store === undefined) {
    add("lifetime", "does not apply here; expected it only with a store");
  }
  if (store === "s3") {
    if (media["bucket"] === undefined) add(undefined, "has no bucket; expected one with s3");
    for (const [key, other] of together) {
      if (isGiven(media[key]) && !isGiven(media[other])) {
        add(key, `is there without ${other}; expected both or neither`);
      }
    }
  }
  if (store === "disk" && media["base_url"] === undefined && isEveryAddress(server["listen"])) {
    add(
      undefined,
      "has no base_url; expected one, since server.listen is every address of this machine and no link can name it",
    );
  }
  return problems;
}

const keysOf = {
  disk: ["directory", "max_size", "base_url"],
  s3: [
    ...["bucket", "region", "endpoint", "path_style", "prefix"],
    ...["access_key_id", "secret_access_key", "session_token"],
  ],
};

const together = [
  ["access_key_id", "secret_access_key"],
  ["secret_access_key", "access_key_id"],
  ["session_token", "access_key_id"],
] as const;

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== "";
}

function isEveryAddress(listen: unknown): boolean {
  const host = typeof listen === "string" ? parseAddress(listen)?.host : undefined;
  return host !== undefined && /^(0\.0\.0\.0|[0:]+)$/.test(host);
}
