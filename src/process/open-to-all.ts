import type { Config } from "../config/config.ts";

/** Whether everybody who reaches this machine over a network may call, and spend the operator's money. */
export function isOpenToAll({ callers, sandbox, server }: Config): boolean {
  if (callers !== undefined || sandbox.enabled) return false;
  const hosts = [server.listen.host, server.grpc?.host ?? "localhost"];
  return !hosts.every((host) => thisMachine.test(host));
}

/** What its operator is told when that is so. Undefined: it is not. */
export function openToAllWarning(config: Config): string | undefined {
  if (!isOpenToAll(config)) return undefined;
  return `anybody who reaches the gateway may call: ${config.source} has no callers`;
}

const thisMachine = /^(?:127\.[0-9.]+|localhost|::1)$/i;
