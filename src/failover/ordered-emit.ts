import type { EmitEvent } from "../domain/generated.ts";

/**
 * Makes of an `EmitEvent` one that parallel calls can share: an event waits until
 * the caller has taken the one before it. While nobody has to wait, nothing is
 * allocated.
 */
export function orderedEmit(emit: EmitEvent): EmitEvent {
  let last: Promise<void> | undefined;
  return (event) => {
    const taken = last === undefined ? emit(event) : last.then(() => emit(event));
    if (taken === undefined) return undefined;
    last = taken;
    const settled = (): void => {
      if (last === taken) last = undefined;
    };
    taken.then(settled, settled);
    return taken;
  };
}
