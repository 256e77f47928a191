import type { Failure } from "../domain/failure.ts";
import { abortFailure, isDeadline } from "./abort-scope.ts";
import type { Walk } from "./walk.ts";

/** Why a request begins nothing more: its caller has left, or its time is up. Undefined while neither is so. */
export function endFromOutside(
  { input, dependencies }: Pick<Walk, "input" | "dependencies">,
  delivery: Failure["delivery"],
): Failure | undefined {
  const { signal, deadlineAt } = input;
  const { clock } = dependencies;
  const late = clock.monotonic() >= deadlineAt;
  if (!late && !signal.aborted) return undefined;
  const deadline = late || isDeadline({ clock, deadlineAt });
  return abortFailure({ kind: deadline ? "deadline" : "caller_left" }, delivery);
}
