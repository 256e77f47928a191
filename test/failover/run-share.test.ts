import { describe, expect, it } from "vitest";
import { unknownCost } from "../../src/domain/cost.ts";
import type { Failure } from "../../src/domain/failure.ts";
import { attemptsOf, candidate, execute, gives, imageTask, priced } from "./world.ts";

const blackened: Failure = {
  class: "refused",
  delivery: "sent",
  message: "One image is black.",
  billed: true,
};

const two = imageTask(2);

describe("a call that is billed for more than came", () => {
  const costWith = async (usage: { readonly billedUnits?: number }, shortfall: Failure) => {
    const { result } = await execute({
      task: two,
      candidates: [candidate("a", { task: two })],
      script: { steps: { a: [gives(1, { shortfall, usage })] } },
      price: (_provider, _model, _task, { billedUnits }, images) => {
        const count = billedUnits ?? images.length;
        return count === 0 ? unknownCost : priced(count);
      },
    });
    return attemptsOf(result)[0]?.cost;
  };

  it("is not priced by what came", async () => {
    expect(await costWith({}, blackened)).toEqual(unknownCost);
    expect(await costWith({}, { ...blackened, billed: undefined })).toEqual(priced(1));
  });

  it("is priced by what the provider says that it bills", async () => {
    expect(await costWith({ billedUnits: 2 }, blackened)).toEqual(priced(2));
  });
});
