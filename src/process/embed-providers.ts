import { customType } from "../config/built-in-providers.ts";
import type { Config, ProviderConfig } from "../config/config.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { faultsOf } from "./faults-of.ts";
import type { ProcessWorld } from "./process-world.ts";

/** Starts the embedded providers that a configuration wants. Who serves real ones never loads them. */
export async function embedProviders(
  { sandbox, providers }: Config,
  { clock, paceMs }: ProcessWorld,
): Promise<Sandbox | undefined> {
  if (!sandbox.enabled) return undefined;
  const { startSandbox } = await import("../sandbox/sandbox.ts");
  return startSandbox({
    clock,
    faults: faultsOf({ sandbox }),
    compatibleSlugs: providers.filter(isEmbeddedCustom).map(({ slug }) => slug),
    paceMs,
  });
}

/** Whether a provider of the operator's own has no address, so that the sandbox plays it. */
function isEmbeddedCustom({ type, baseUrl }: ProviderConfig): boolean {
  return type === customType && baseUrl === undefined;
}
