import { z } from "zod";
import { strategies } from "../domain/rule.ts";

/** The `strategy` of a rule. */
export const strategySchema = z
  .enum(strategies, { error: "expected weighted, fastest or cheapest" })
  .optional()
  .describe(
    "How the targets of a group are put in order: by weight, by who answers soonest, or by price. Without this key, weighted.",
  );
