import { expect, it } from "vitest";
import { candidate, execute, job, jobDialect } from "./world.ts";

it("lets no bug in a cancelling that nobody waits for end the process", async () => {
  // The script says nothing of the cancelling, so that it throws. Unhandled, that fails the run.
  const { result } = await execute({
    candidates: [candidate("a", { dialect: { job: jobDialect } })],
    deadlineMs: 3_500,
    script: { steps: { a: [job()], "a/poll": [job()], "a/cancel": [] } },
  });
  expect(result).toMatchObject({ error: { reason: "DEADLINE" } });
});
