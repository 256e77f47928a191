import type { CallerSettings } from "../domain/caller-settings.ts";
import { Secret } from "../domain/secret.ts";
import type { CheckedCallers } from "./callers-schema.ts";
import type { CrossProblem } from "./cross-problem.ts";
import { entriesOf, type Mapping } from "./mapping.ts";

/** Makes the callers of a configuration, in the order of the file. Without the section, everybody may call. */
export function callersOf(
  section: CheckedCallers | undefined,
): readonly CallerSettings[] | undefined {
  if (section === undefined) return undefined;
  return Object.entries(section).map(([name, { keys, models, requests_per_minute }]) => ({
    name,
    keys: keys.filter((key) => key !== "").map((key) => new Secret(key)),
    models,
    requestsPerMinute: requests_per_minute,
  }));
}

/** Finds keys that two callers have: nobody could tell who of them calls. */
export function callerProblems(section: Mapping): readonly CrossProblem[] {
  const owners = new Map<string, string>();
  const problems: CrossProblem[] = [];
  for (const [name, entry] of Object.entries(section)) {
    const { keys } = entriesOf(entry);
    for (const [index, key] of (Array.isArray(keys) ? keys : []).entries()) {
      if (typeof key !== "string" || key === "") continue;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, name);
      else {
        const message = `is a key of callers.${owner} already; expected one of its own`;
        problems.push({ path: ["callers", name, "keys", index], message, atKey: false });
      }
    }
  }
  return problems;
}
