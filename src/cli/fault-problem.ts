import type { GatewayClient } from "./client.ts";

/**
 * Why a gateway cannot rehearse a fault, in a text for the terminal: real providers do
 * not break on demand, and the request would cost money. Undefined when it can, or when
 * no fault is ordered.
 */
export async function faultProblem(
  client: GatewayClient,
  fault: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (fault === undefined) return undefined;
  const { providers } = await client.listProviders({}, { signal });
  if (providers.some(({ sandbox }) => sandbox)) return undefined;
  return "error: --fault is for a gateway in sandbox mode, and this one has real providers; nothing was sent\nwhat to do: start one with `npm start`\n";
}
