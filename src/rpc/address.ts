/** Where to listen. */
export interface ListenAddress {
  /** A name or an IP address. Empty means every interface. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/**
 * Reads "host:port": "127.0.0.1:8080", "localhost:0", "[::1]:8080", and ":8080"
 * for every interface. Undefined when it is none of these.
 */
export function parseAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:[\]/\s]*)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port > 65_535 ? undefined : { host: match[1] ?? match[2] ?? "", port };
}

/** Writes an address so that `parseAddress` reads it: an IPv6 address stands in brackets. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
