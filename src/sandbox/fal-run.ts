import type { JsonObject } from "../domain/json.ts";
import { falModelError, flaggedPrompt, lostRunner } from "./fal-errors.ts";
import { checkFalInput, findFalModel } from "./fal-models.ts";
import { makeFalOutput } from "./fal-output.ts";
import type { Answer, VendorContext } from "./vendor.ts";

/** What a run may be ordered to come to. */
export type FalFault = "refuse" | "empty" | "fail_late";

/** One run of a model. */
export interface FalRun {
  readonly requestId: string;
  /** The model's endpoint id. */
  readonly name: string;
  readonly input: JsonObject;
  readonly fault: FalFault | undefined;
}

/** Lets a model do its work, and answers with the output or with why there is none. */
export async function runFalModel(
  context: VendorContext,
  filePath: string,
  run: FalRun,
): Promise<Answer> {
  const { requestId, name, input, fault } = run;
  const model = findFalModel(name);
  const problems = checkFalInput(model, input);
  if (problems.length > 0) return falModelError(422, problems, requestId);
  if (fault === "fail_late") return lostRunnerAnswer(requestId);
  // The open models have a checker that blackens images; the partners' models refuse.
  if (fault === "refuse" && model.output !== "flux") {
    return falModelError(422, [flaggedPrompt(input["prompt"])], requestId);
  }
  const finish = fault === "refuse" ? "black" : fault === "empty" ? "empty" : "good";
  const { value, units } = await makeFalOutput(context, filePath, { name, model, input }, finish);
  const headers = { "x-fal-request-id": requestId, "x-fal-billable-units": units.toFixed(1) };
  return { kind: "json", status: 200, headers, value };
}

function lostRunnerAnswer(requestId: string): Answer {
  const { error, error_type } = lostRunner;
  return {
    kind: "json",
    status: 503,
    headers: { "x-fal-request-id": requestId, "x-fal-error-type": error_type },
    value: { detail: error, error_type },
  };
}
