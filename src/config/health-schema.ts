import { z } from "zod";
import type { HealthSettings } from "../domain/health.ts";
import { duration, mapping, wholeNumber } from "./schema-parts.ts";

const share = z
  .number({ error: "expected a number from 0 to 1" })
  .min(0, { error: "expected a number from 0 to 1" })
  .max(1, { error: "expected a number from 0 to 1" });

/** The `health` section of a provider and of a rule: what differs from the defaults. */
export const healthSchema = mapping({
  failures: wholeNumber(1)
    .optional()
    .describe(
      "So many failures in a row eject a target; lost connections and answers of no known meaning count half.",
    ),
  ratio: share
    .optional()
    .describe("More than this share of failures in the window ejects a target."),
  min_attempts: wholeNumber(1)
    .optional()
    .describe("The share is looked at from so many attempts in the window."),
  window: duration().optional().describe("The time whose attempts make the share."),
  ejection: duration()
    .optional()
    .describe("How long a target is ejected the first time; each time after it twice as long."),
  max_ejection: duration().optional().describe("The longest ejection."),
  slow_start: duration()
    .optional()
    .describe("How long it takes a target that is back until it has its whole share again."),
});

/** The settings that a `health` section says. Undefined without one. */
export function healthOf(
  health: z.output<typeof healthSchema> | undefined,
): Partial<HealthSettings> | undefined {
  if (health === undefined) return undefined;
  return {
    ...(health.failures !== undefined && { failures: health.failures }),
    ...(health.ratio !== undefined && { ratio: health.ratio }),
    ...(health.min_attempts !== undefined && { minAttempts: health.min_attempts }),
    ...(health.window !== undefined && { windowMs: health.window }),
    ...(health.ejection !== undefined && { ejectionMs: health.ejection }),
    ...(health.max_ejection !== undefined && { maxEjectionMs: health.max_ejection }),
    ...(health.slow_start !== undefined && { slowStartMs: health.slow_start }),
  };
}
