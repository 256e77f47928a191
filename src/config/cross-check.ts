import { closestName } from "../domain/closest-names.ts";
import { problemHint } from "../domain/did-you-mean.ts";
import { builtInSlugs, customType, isBuiltIn } from "./built-in-providers.ts";
import { callerProblems } from "./callers-config.ts";
import type { CrossProblem } from "./cross-problem.ts";
import { idempotencyProblems } from "./idempotency-config.ts";
import { entriesOf, isMapping, type Mapping } from "./mapping.ts";
import { mediaProblems } from "./media-problems.ts";

/**
 * Finds what a schema cannot see. It reads the file as it stands, so that it
 * also works on one with other mistakes in it.
 */
export function crossCheck(file: unknown): readonly CrossProblem[] {
  const { providers: entries, sandbox, server } = entriesOf(file);
  const providers = Object.entries(entriesOf(entries));
  const isSandbox = sandbox === true || isMapping(sandbox);
  return [
    ...sharedListeners(entriesOf(server)),
    ...callerProblems(entriesOf(entriesOf(file)["callers"])),
    ...idempotencyProblems(entriesOf(entriesOf(file)["idempotency"])),
    ...mediaProblems(entriesOf(entriesOf(file)["media"]), entriesOf(entriesOf(file)["server"])),
    ...providers.flatMap(([slug, entry]) =>
      isMapping(entry) ? providerProblems(slug, entry, isSandbox) : [],
    ),
  ];
}

function providerProblems(
  slug: string,
  entry: Mapping,
  isSandbox: boolean,
): readonly CrossProblem[] {
  const problems: CrossProblem[] = [];
  const path = ["providers", slug];
  const add = (key: string | undefined, message: string): void => {
    problems.push({ path: key === undefined ? path : [...path, key], message, atKey: true });
  };
  const type = entry["type"];
  if (isBuiltIn(slug)) {
    if (type !== undefined && type !== slug) {
      add("type", `is not for a built-in provider; expected a slug of your own, like my-${slug}`);
    }
  } else {
    const meant = closestName(slug, builtInSlugs);
    if (type === undefined) {
      add(
        undefined,
        `is not a built-in provider and has no type; expected type: ${customType}${problemHint(meant)}`,
      );
    } else if (typeof type === "string" && isBuiltIn(type)) {
      add("type", `is "${type}"; expected ${customType}`);
    }
    if (type !== undefined && entry["base_url"] === undefined && !isSandbox) {
      add(undefined, "has no base_url; expected one, since only you know where it is");
    }
  }
  const applies = (keys: readonly string[], owner: string): void => {
    if (slug === owner || (owner === customType && !isBuiltIn(slug))) return;
    for (const key of keys) {
      if (entry[key] !== undefined) add(key, `does not apply here; expected it only with ${owner}`);
    }
  };
  applies(vertexKeys, "vertex");
  applies(customKeys, customType);
  return problems;
}

const vertexKeys = ["project", "location", "credentials"];

const customKeys = ["response_format", "max_tokens_field", "include_usage", "auth_header"];

/** Two listeners cannot share an address. Port 0 is a new one each time. */
function sharedListeners(server: Mapping): readonly CrossProblem[] {
  const seen = new Map<unknown, string>([[server["listen"] ?? "127.0.0.1:8080", "listen"]]);
  const problems: CrossProblem[] = [];
  for (const key of ["grpc", "admin"]) {
    const value = server[key];
    if (typeof value !== "string" || value.endsWith(":0")) continue;
    const other = seen.get(value);
    if (other === undefined) seen.set(value, key);
    else {
      const message = `is the same as server.${other}; expected an address of its own`;
      problems.push({ path: ["server", key], message, atKey: false });
    }
  }
  return problems;
}
