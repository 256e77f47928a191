/** Host and port of an address. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads host and port of an address; undefined when it has none. */
export function readServerAddress(address: string): ServerAddress | undefined {
  const url = URL.parse(address);
  if (url === null) return undefined;
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { host: url.hostname, port };
}

/**
 * The same for the address of a provider, which is read once: there are as many as the
 * configurations of a process have named.
 */
export function providerAddress(baseUrl: string): ServerAddress | undefined {
  if (!known.has(baseUrl)) known.set(baseUrl, readServerAddress(baseUrl));
  return known.get(baseUrl);
}

const known = new Map<string, ServerAddress | undefined>();
