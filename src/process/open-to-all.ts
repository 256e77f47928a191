import type { Config } from "../config/config.ts";

/** Whether everybody who reaches this machine over a network may call, and spend the operator's money. */
export function isOpenToAll({ callers, sandbox, server }: Config): boolean {
  if (callers !== undefined || sandbox.enabled) return false;
  const hosts = [server.listen.host, server.grpc?.host ?? "localhost"];
  return !hosts.every((host) => thisMachine.test(host));
}

const thisMachine = /^(?:127\.[0-9.]+|localhost|::1)$/i;
