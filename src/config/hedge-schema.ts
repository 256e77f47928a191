import type { z } from "zod";
import type { Hedge } from "../domain/hedge.ts";
import { parseDuration } from "./duration.ts";
import { mapping, textLeaf, yesOrNo } from "./schema-parts.ts";

/** The `hedge` section of a rule. */
export const hedgeSchema = mapping(
  {
    after: textLeaf({
      parse: (text): Hedge["after"] | undefined => (text === "p95" ? text : parseDuration(text)),
      expected: 'a duration with its unit, like "800ms", or "p95"',
      forNumber: (value) => `${value}ms`,
    }).describe(
      "How long the first attempt may take alone. p95: as long as 95 % of the last answers of its target took; as long as there were fewer than 20, no second attempt starts.",
    ),
    paid_images: yesOrNo()
      .default(false)
      .describe("Whether images that cost something, or may, are asked for twice as well."),
  },
  "expected a mapping, like { after: 800ms }",
);

/** The hedge that a section says. Undefined without one. */
export function hedgeOf(section: z.output<typeof hedgeSchema> | undefined): Hedge | undefined {
  return section && { after: section.after, paidImages: section.paid_images };
}
