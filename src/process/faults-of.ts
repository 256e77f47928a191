import type { Config } from "../config/config.ts";
import { type Fault, parseFault } from "../sandbox/fault.ts";

/** The faults that a configuration orders of the embedded providers. It has been checked already. */
export function faultsOf({ sandbox }: Pick<Config, "sandbox">): readonly Fault[] {
  return sandbox.faults.map((order) => {
    const parsed = parseFault(order);
    if (typeof parsed === "string") throw new Error(parsed);
    return parsed;
  });
}
