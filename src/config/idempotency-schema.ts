import { z } from "zod";
import { byteSize, duration, mapping, someText } from "./schema-parts.ts";

/** What a disk can well hold for a day. */
const mostBytes = 2 ** 40;

/** The `idempotency` section of spillway.yaml. Which keys go together, `idempotencyProblems` checks. */
export const idempotencySchema = mapping({
  store: z
    .enum(["memory", "sqlite"], { error: "expected memory or sqlite" })
    .optional()
    .describe(
      "Where idempotency keys and their results are kept. Without this key, sqlite when there is a path, else memory, which forgets them when the process ends.",
    ),
  path: someText("a path")
    .optional()
    .describe("sqlite only: the file. It is made when it is not there."),
  lifetime: duration('like "24h" or "30m"')
    .prefault("24h")
    .describe("How long a key stands for its request and result."),
  max_size: byteSize("1GiB", mostBytes)
    .prefault("256MiB")
    .describe("The most that all results have together. The oldest go first; their keys stay."),
});

/** A checked `idempotency` section. */
export type CheckedIdempotency = z.output<typeof idempotencySchema>;
