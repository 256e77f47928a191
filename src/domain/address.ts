/** Where to listen. */
export interface Address {
  /** A name or an IP address, IPv6 without brackets. Empty means every interface. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/**
 * Reads "127.0.0.1:8080", "localhost:0", "[::1]:8080", and ":8080" for every
 * interface. Undefined for anything else.
 */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port > 65_535 ? undefined : { host: match[1] ?? match[2] ?? "", port };
}

/** Writes an address the way it is read. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
