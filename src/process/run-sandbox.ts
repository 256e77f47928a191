import type { Terminal } from "../cli/terminal.ts";
import type { ProcessWorld } from "./process-world.ts";

/**
 * Runs only the embedded providers, until the signal: for trying vendors' own
 * SDKs, or a gateway elsewhere, against them. Returns the exit code.
 */
export async function runSandbox(
  options: { readonly host: string; readonly port: number },
  world: ProcessWorld,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { startSandbox } = await import("../sandbox/sandbox.ts");
  const sandbox = await startSandbox({
    ...options,
    clock: world.clock,
    faults: [],
    paceMs: world.paceMs,
  });
  terminal.write("SANDBOX: imitations of providers; any key will do.\n\n");
  for (const [slug, baseUrl] of Object.entries(sandbox.baseUrls)) {
    terminal.write(`  ${slug.padEnd(12)} ${baseUrl}\n`);
  }
  terminal.write("\nOrder a fault with the header x-spillway-sandbox-fault: openai=http-503\n");
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
  await sandbox.close();
  return 0;
}
