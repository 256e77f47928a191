import { z } from "zod";
import { globText, keyText, list, mapping, wholeNumber } from "./schema-parts.ts";
import { slug } from "./slug.ts";

/** Shorter ones could be guessed. */
const fewestKeyCharacters = 16;

const caller = mapping({
  keys: list(
    keyText(
      `a key of at least ${fewestKeyCharacters} printable characters without spaces`,
      (text) => text === "" || text.length >= fewestKeyCharacters,
    ),
    "keys",
  )
    .min(1, { error: "expected at least one key" })
    .describe(
      "Its keys: any of them will do, so that one can be replaced without a gap. Empty ones do not count.",
    ),
  models: list(globText(), "patterns")
    .min(1, { error: "expected at least one pattern" })
    .optional()
    .describe(
      "Patterns of the names by which it may ask for models, fallbacks included. Without this key, any.",
    ),
  requests_per_minute: wholeNumber(1)
    .optional()
    .describe(
      "How often it may call Generate and StreamGenerate. What is not used adds up to a minute's worth. Without this key, any number of times.",
    ),
});

/** The `callers` section of spillway.yaml. That no two have one key, `callerProblems` checks. */
export const callersSchema = z
  .record(slug, caller, { error: "expected a mapping of callers by name" })
  .refine((callers) => Object.keys(callers).length > 0, { error: "expected at least one caller" });

/** A checked `callers` section. */
export type CheckedCallers = z.output<typeof callersSchema>;
