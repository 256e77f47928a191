import { BlockList, isIP } from "node:net";

/** Whether a name is in a list of hosts; a dot at its end does not matter. */
export function hasName(hosts: readonly string[], name: string): boolean {
  return hosts.includes(name.toLowerCase().replace(/\.$/, ""));
}

/** Whether an address is in a list of hosts, by itself or in one of its networks: "10.0.0.0/8". */
export function hasAddress(hosts: readonly string[], address: string): boolean {
  return hosts.some((host) => {
    const [start = "", prefix] = host.split("/");
    const version = isIP(start);
    if (version === 0 || isIP(address) === 0) return false;
    const network = new BlockList();
    const bits = prefix ?? (version === 4 ? "32" : "128");
    network.addSubnet(start, Number(bits), familyOf(start));
    return network.check(address, familyOf(address));
  });
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}
