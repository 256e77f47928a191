import type { Cost } from "../domain/cost.ts";
import type { EmitEvent } from "../domain/generated.ts";
import type { Candidate } from "../router/plan.ts";
import type { AttemptLog } from "./attempt-log.ts";
import type { Course } from "./course.ts";
import type { ExecuteDependencies, ExecuteInput } from "./execute-input.ts";
import type { Harvest } from "./harvest.ts";
import type { InputPreparer } from "./prepare-inputs.ts";
import { missingSlots } from "./run-attempt.ts";
import { type SpendLimit, shareOf } from "./spend-limit.ts";

/** One request's way through its plan. */
export interface Walk {
  readonly input: ExecuteInput;
  readonly dependencies: ExecuteDependencies;
  readonly emit: EmitEvent | undefined;
  readonly log: AttemptLog;
  readonly course: Course;
  readonly harvest: Harvest;
  readonly spend: SpendLimit;
  readonly inputs: InputPreparer;
}

/** What the images that are missing cost at this target, or the chat. */
export function estimateOf({ harvest }: Walk, candidate: Candidate): Cost {
  const { images } = harvest;
  return shareOf(candidate.cost, missingSlots(images).length, images.length);
}
