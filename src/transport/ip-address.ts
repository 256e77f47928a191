import { isIPv4, isIPv6 } from "node:net";

/** What a network address leads to. */
export type AddressKind =
  /** The internet. */
  | "public"
  /** This machine. */
  | "loopback"
  /** A network of an organisation or of a carrier. */
  | "private"
  /** Nothing that a file could come from: link-local and so cloud metadata, multicast, reserved. */
  | "forbidden";

/**
 * Tells what an address leads to, by the special-purpose registries of IANA
 * (iana-ipv4-special-registry and iana-ipv6-special-registry, 2026-11) and the
 * metadata services of the large clouds. An IPv6 address that carries an IPv4
 * address inside is what that one is. What is no address is forbidden.
 */
export function addressKind(address: string): AddressKind {
  if (isIPv4(address)) return kindOfIpv4(ipv4Number(address));
  if (isIPv6(address) && !address.includes("%")) return kindOfIpv6(ipv6Groups(address));
  return "forbidden";
}

/** First address, length of the prefix, kind. The first that matches counts. */
const ipv4Ranges: readonly [string, number, AddressKind][] = [
  ["100.100.100.200", 32, "forbidden"], // Metadata of Alibaba Cloud.
  ["168.63.129.16", 32, "forbidden"], // Azure's platform channel.
  ["192.0.0.192", 32, "forbidden"], // Metadata of Oracle Cloud.
  ["0.0.0.0", 8, "forbidden"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "private"],
  ["127.0.0.0", 8, "loopback"],
  ["169.254.0.0", 16, "forbidden"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "forbidden"],
  ["192.0.2.0", 24, "forbidden"],
  ["192.88.99.0", 24, "forbidden"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "forbidden"],
  ["198.51.100.0", 24, "forbidden"],
  ["203.0.113.0", 24, "forbidden"],
  ["224.0.0.0", 4, "forbidden"],
  ["240.0.0.0", 4, "forbidden"],
];

/** Metadata services in IPv6's private range, by their groups in decimal: fd00:ec2::254 of AWS, fd20:ce::254 of Google. */
const metadataOverIpv6 = new Set(["64768:3778:0:0:0:0:0:596", "64800:206:0:0:0:0:0:596"]);

function kindOfIpv4(address: number): AddressKind {
  for (const [start, prefix, kind] of ipv4Ranges) {
    const shift = 32 - prefix;
    if (address >>> shift === ipv4Number(start) >>> shift) return kind;
  }
  return "public";
}

/** Of IPv6 only what is known to be the internet is public: 2000::/3, less its special parts. */
function kindOfIpv6(groups: readonly number[]): AddressKind {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = groups;
  const embedded = (((groups[6] ?? 0) << 16) | (groups[7] ?? 0)) >>> 0;
  const startsWithZeros = (first | second | third | fourth) === 0;
  if (startsWithZeros && fifth === 0 && sixth === 0) {
    return embedded === 1 ? "loopback" : "forbidden";
  }
  // IPv4-mapped, and the form of it that RFC 2765 translates.
  if (startsWithZeros && fifth === 0 && sixth === 0xffff) return kindOfIpv4(embedded);
  if (startsWithZeros && fifth === 0xffff && sixth === 0) return kindOfIpv4(embedded);
  // NAT64 (RFC 6052); networks without IPv4 reach the internet by it.
  if (first === 0x64 && second === 0xff9b && (third | fourth | fifth | sixth) === 0) {
    return kindOfIpv4(embedded);
  }
  // 6to4 (RFC 3056).
  if (first === 0x2002) return kindOfIpv4(((second << 16) | third) >>> 0);
  if (metadataOverIpv6.has(groups.join(":"))) return "forbidden";
  if (first >>> 9 === 0xfc >>> 1) return "private";
  if (first >>> 13 !== 1) return "forbidden";
  // IETF protocols, Teredo among them, and the ranges for documentation.
  if (first === 0x2001 && second < 0x200) return "forbidden";
  if (first === 0x2001 && second === 0xdb8) return "forbidden";
  if (first === 0x3fff && second < 0x1000) return "forbidden";
  return "public";
}

function ipv4Number(address: string): number {
  return address.split(".").reduce((number, part) => ((number << 8) | Number(part)) >>> 0, 0);
}

/** The eight groups of an address that is known to be well-formed. */
function ipv6Groups(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const before = groupsOf(head);
  if (tail === undefined) return before;
  const after = groupsOf(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const number = ipv4Number(group);
    return [number >>> 16, number & 0xffff];
  });
}
