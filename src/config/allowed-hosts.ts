import { isIP } from "node:net";
import { z } from "zod";
import { textLeaf } from "./schema-parts.ts";

/** A key whose value is a list of hosts that may be fetched from. */
export const allowedHosts = z.array(
  textLeaf({
    parse: parseAllowedHost,
    expected: "a host's name, an address, or a network like 10.0.0.0/8",
  }),
  { error: "expected a list" },
);

/** A name, an address, or a network; undefined when it is none. A name has neither port nor wildcard. */
function parseAllowedHost(text: string): string | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0) return isName(text) ? text.toLowerCase() : undefined;
  if (prefix === undefined) return text;
  const most = family === 4 ? 32 : 128;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= most ? text : undefined;
}

/** Whether it is a host's name as an address has it: "10.1" would be read as 10.0.0.1. */
function isName(text: string): boolean {
  return (
    /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(text) &&
    URL.parse(`http://${text}/`)?.hostname === text.toLowerCase()
  );
}
