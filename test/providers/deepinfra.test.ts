import { describe, expect, it } from "vitest";
import { deepinfra } from "../../src/providers/deepinfra.ts";
import { chatTask, target } from "./support.ts";

/** What the usage of a chat is read as. */
function read(usage: object) {
  const choices = [{ message: { content: "Hi" }, finish_reason: "stop" }];
  const value = { id: "1", choices, usage } as never;
  const reply = { status: 200, headers: {}, body: { kind: "json", value } } as const;
  const outcome = deepinfra.operations.chat?.result(
    reply,
    chatTask(),
    target("openai/gpt-oss-120b"),
  );
  if (outcome?.kind !== "done") throw new Error("not done");
  return outcome;
}

describe("DeepInfra", () => {
  it("edits one image, since it forgets the others", () => {
    const { image_edit } = deepinfra.operations;
    expect(image_edit?.capabilities("Qwen/Qwen-Image-Edit", {}).maxInputImages).toBe(1);
  });

  it.each([
    [84, 1081, 1165],
    [84, 84, 84],
    [84, 0, 84],
  ])("counts %i tokens with %i of reasoning as %i", (completion_tokens, reasoning_tokens, all) => {
    const completion_tokens_details = { reasoning_tokens };
    const { usage } = read({ prompt_tokens: 19, completion_tokens, completion_tokens_details });
    expect(usage.outputTokens).toBe(all);
  });

  it.each([
    [0.0000572, { basis: "reported", micros: 57 }],
    [0, { basis: "reported", micros: 0 }],
    [-1, undefined],
    ["0.1", undefined],
    [null, undefined],
  ])("takes an estimated cost of %j for %j", (estimated_cost, cost) => {
    const outcome = read({ prompt_tokens: 1, completion_tokens: 1, estimated_cost });
    if (cost === undefined) expect(outcome.cost).toBeUndefined();
    else expect(outcome.cost).toMatchObject(cost);
  });
});
