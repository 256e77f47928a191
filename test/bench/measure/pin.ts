/** Which processors a program may use: the load and the upstream on one, what is measured on the other. */
export type Place = "load" | "measured" | "both";

const processors: Readonly<Record<Place, string>> = { load: "0", measured: "1", both: "0,1" };

/** The command that runs this one on the processors of a place. */
export function pinned(
  place: Place,
  command: readonly string[],
): readonly [string, ...(readonly string[])] {
  return ["taskset", "-c", processors[place], ...command];
}
