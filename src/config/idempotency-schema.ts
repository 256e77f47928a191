import { z } from "zod";
import { parseByteSize } from "./byte-size.ts";
import { parseDuration } from "./duration.ts";
import { checkedText, textLeaf } from "./leaves.ts";

/** The `idempotency` section of spillway.yaml. Which keys go together, `idempotencyProblems` checks. */
export const idempotencySchema = z.strictObject(
  {
    store: z
      .enum(["memory", "sqlite"], { error: "expected memory or sqlite" })
      .optional()
      .describe(
        "Where idempotency keys and their results are kept. Without this key, sqlite when there is a path, else memory, which forgets them when the process ends.",
      ),
    path: checkedText("a path", (text) => text.trim() !== "")
      .optional()
      .describe("sqlite only: the file. It is made when it is not there."),
    lifetime: textLeaf({
      parse: parseDuration,
      expected: 'a duration with its unit, like "24h" or "30m"',
      forNumber: (value) => `${value}s`,
    })
      .prefault("24h")
      .describe("How long a key stands for its request and result."),
    max_size: textLeaf({
      parse: (text) => parseByteSize(text, mostBytes),
      expected: 'a size with its unit, like "1GiB"',
      forNumber: (value) => (value > 2048 ? `${value}B` : `${value}MiB`),
    })
      .prefault("256MiB")
      .describe("The most that all results have together. The oldest go first; their keys stay."),
  },
  { error: "expected a mapping" },
);

/** A checked `idempotency` section. */
export type CheckedIdempotency = z.output<typeof idempotencySchema>;

/** What a disk can well hold for a day. */
const mostBytes = 2 ** 40;
