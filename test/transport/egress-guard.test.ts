import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { describe, expect, it } from "vitest";
import {
  checkUrl,
  guardedLookup,
  maxUrlLength,
  reachOf,
} from "../../src/transport/egress-guard.ts";
import { addressKind } from "../../src/transport/ip-address.ts";
import type { Reach } from "../../src/transport/transport.ts";
import { endpointAt } from "./support.ts";

describe("an address", () => {
  it.each([
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["::ffff:0:127.0.0.1", "loopback"],
    ["64:ff9b::127.0.0.1", "loopback"],
    ["2002:7f00:1::", "loopback"],
    ["10.0.0.1", "private"],
    ["100.64.0.1", "private"],
    ["100.127.255.255", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["fc00::1", "private"],
    ["fdff:ffff::1", "private"],
    ["::ffff:10.0.0.1", "private"],
    ["64:ff9b::a00:1", "private"],
    ["2002:c0a8:101::1", "private"],
    ["0.0.0.0", "forbidden"],
    ["0.1.2.3", "forbidden"],
    ["169.254.169.254", "forbidden"],
    ["::ffff:169.254.169.254", "forbidden"],
    ["64:ff9b::169.254.169.254", "forbidden"],
    ["2002:a9fe:a9fe::", "forbidden"],
    ["100.100.100.200", "forbidden"],
    ["168.63.129.16", "forbidden"],
    ["192.0.0.192", "forbidden"],
    ["192.0.2.1", "forbidden"],
    ["192.88.99.1", "forbidden"],
    ["198.18.0.1", "forbidden"],
    ["198.19.255.255", "forbidden"],
    ["198.51.100.1", "forbidden"],
    ["203.0.113.1", "forbidden"],
    ["224.0.0.1", "forbidden"],
    ["239.255.255.255", "forbidden"],
    ["240.0.0.1", "forbidden"],
    ["255.255.255.255", "forbidden"],
    ["::", "forbidden"],
    ["::127.0.0.1", "forbidden"],
    ["fe80::1", "forbidden"],
    ["fe80::1%eth0", "forbidden"],
    ["febf::1", "forbidden"],
    ["fec0::1", "forbidden"],
    ["ff02::1", "forbidden"],
    ["fd00:ec2::254", "forbidden"],
    ["fd20:ce::254", "forbidden"],
    ["64:ff9b:1::1", "forbidden"],
    ["100::1", "forbidden"],
    ["2001::1", "forbidden"],
    ["2001:db8::1", "forbidden"],
    ["3fff::1", "forbidden"],
    ["5f00::1", "forbidden"],
    ["", "forbidden"],
    ["localhost", "forbidden"],
    ["1.1.1.1", "public"],
    ["9.255.255.255", "public"],
    ["11.0.0.0", "public"],
    ["100.63.255.255", "public"],
    ["100.128.0.0", "public"],
    ["126.255.255.255", "public"],
    ["128.0.0.0", "public"],
    ["172.15.255.255", "public"],
    ["172.32.0.0", "public"],
    ["192.167.255.255", "public"],
    ["192.169.0.0", "public"],
    ["223.255.255.255", "public"],
    ["2606:4700:4700::1111", "public"],
    ["2a00:1450:4001:81b::200e", "public"],
    ["64:ff9b::1.1.1.1", "public"],
    ["::ffff:1.1.1.1", "public"],
  ])("%s is %s", (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });
});

describe("the check of a URL", () => {
  const isAllowed = (text: string, reach: Reach = "public") =>
    checkUrl(text, reach).kind === "allowed";

  it.each([
    "https://a.example/b?c",
    "http://a.example:8080/",
    "http://a.example./",
    "http://1.1.1.1/",
    "https://[2606:4700::1]/",
    "https://notlocalhost.example/",
    "https://internal.example/",
  ])("has nothing against %s", (text) => {
    expect(checkUrl(text, "public")).toEqual({ kind: "allowed", url: new URL(text) });
  });

  it.each<[string, Reach[]]>([
    ["http://127.0.0.1:8080/", ["loopback", "private"]],
    ["http://[::1]/", ["loopback", "private"]],
    ["http://localhost:8080/", ["loopback", "private"]],
    ["http://api.localhost/", ["loopback", "private"]],
    ["http://10.0.0.1/", ["private"]],
    ["http://[fc00::1]/", ["private"]],
    ["http://minio:9000/", ["private"]],
    ["http://printer.local/", ["private"]],
    ["http://files.corp.internal/", ["private"]],
    ["http://0.0.0.0/", []],
    ["http://169.254.169.254/", []],
    ["http://[fd00:ec2::254]/", []],
    ["http://[ff02::1]/", []],
    ["http://a.example:22/", []],
  ])("lets %s through for %j only", (text, reaches) => {
    for (const reach of ["public", "loopback", "private"] as const) {
      expect(isAllowed(text, reach)).toBe(reaches.includes(reach));
    }
  });

  it("takes addresses up to the length that servers take", () => {
    const start = "https://a.example/";
    expect(isAllowed(start.padEnd(maxUrlLength, "a"))).toBe(true);
    expect(isAllowed(start.padEnd(maxUrlLength + 1, "a"))).toBe(false);
  });

  it("reads where a redirect leads from where it came", () => {
    const base = new URL("https://a.example/b/c");
    expect(checkUrl("../d", "public", base)).toMatchObject({ url: new URL("https://a.example/d") });
    expect(checkUrl("//10.0.0.1/", "public", base).kind).toBe("refused");
  });

  it("takes an endpoint's reach from its settings", () => {
    expect(reachOf(endpointAt("https://a.example"))).toBe("public");
    expect(reachOf(endpointAt("https://a.example", { sandbox: true }))).toBe("loopback");
    const settings = { allowPrivateNetwork: true };
    expect(reachOf(endpointAt("https://a.example", { settings }))).toBe("private");
    const allowHosts = ["files.corp"];
    expect(reachOf(endpointAt("https://a.example", { settings: { allowHosts } }))).toEqual({
      networks: "public",
      hosts: allowHosts,
    });
  });

  it.each<[string, boolean]>([
    ["http://files.corp/a", true],
    ["http://FILES.corp./a", true],
    ["http://files.corp.internal/a", false],
    ["http://minio/a", true],
    ["http://other/a", false],
    ["http://10.1.2.3/a", true],
    ["http://10.2.2.3/a", false],
    ["http://[::ffff:10.1.2.3]/a", true],
    ["http://127.0.0.1/a", false],
    ["http://[fd00:1::5]/a", true],
    ["http://[fd00:2::5]/a", false],
    ["http://192.168.7.7/a", true],
    ["http://192.168.7.8/a", false],
    ["http://169.254.169.254/a", false],
    ["http://a.example/a", true],
  ])("knows by a list of hosts whether %s is allowed: %s", (url, allowed) => {
    const hosts = ["files.corp", "minio", "10.1.0.0/16", "192.168.7.7", "fd00:1::/32", "0.0.0.0/0"];
    const reach = { networks: "public", hosts: hosts.slice(0, 5) } as const;
    expect(checkUrl(url, reach).kind).toBe(allowed ? "allowed" : "refused");
    // What is forbidden always no list allows.
    const all = { networks: "public", hosts } as const;
    expect(checkUrl("http://169.254.169.254/", all).kind).toBe("refused");
  });
});

describe("the guarded resolver", () => {
  type Answer = string | LookupAddress[] | undefined;

  function resolve(found: Answer | Error, all: boolean, reach: Reach = "public") {
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      if (found instanceof Error) callback(found, []);
      else callback(null, found ?? [], typeof found === "string" ? 4 : undefined);
    };
    return new Promise<{ error: Error | null; answer: Answer; family: number | undefined }>(
      (done) =>
        guardedLookup(lookup, reach)("a.example", { all }, (error, answer, family) =>
          done({ error, answer, family }),
        ),
    );
  }

  const addresses = (...texts: string[]): LookupAddress[] =>
    texts.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

  it("gives what is within reach, in the form that was asked for", async () => {
    const found = addresses("1.1.1.1", "2606:4700::1");
    expect((await resolve(found, true)).answer).toEqual(found);
    expect(await resolve(found, false)).toEqual({ error: null, answer: "1.1.1.1", family: 4 });
    expect(await resolve("1.1.1.1", false)).toEqual({ error: null, answer: "1.1.1.1", family: 4 });
    const mine = addresses("127.0.0.1", "::1");
    expect((await resolve(mine, true, "loopback")).answer).toEqual(mine);
  });

  it.each([
    addresses("127.0.0.1"),
    addresses("169.254.169.254", "::ffff:10.0.0.1"),
    addresses("1.1.1.1", "10.0.0.1"),
    addresses("10.0.0.1", "2606:4700::1"),
    addresses("1.1.1.1", "fe80::1"),
    addresses("::1", "0.0.0.0"),
    addresses(),
  ])("fails when anything else is among it: %j", async (...found) => {
    for (const all of [true, false]) {
      expect((await resolve(found, all)).error).toMatchObject({
        code: "SPILLWAY_FORBIDDEN_ADDRESS",
      });
    }
  });

  it("lets a name that is listed lead into other networks, and an address that is listed be led to", async () => {
    const reach = (...hosts: string[]): Reach => ({ networks: "public", hosts });
    const inner = addresses("10.0.0.1", "127.0.0.1");
    expect((await resolve(inner, true, reach("a.example"))).answer).toEqual(inner);
    expect((await resolve(inner, true, reach("10.0.0.0/8", "127.0.0.1"))).answer).toEqual(inner);
    for (const hosts of [["b.example"], ["10.0.0.0/8"], ["example"]]) {
      expect((await resolve(inner, true, reach(...hosts))).error).not.toBeNull();
    }
    const metadata = addresses("169.254.169.254");
    expect(
      (await resolve(metadata, true, reach("a.example", "169.254.0.0/16"))).error,
    ).not.toBeNull();
  });

  it("passes on that a name is unknown", async () => {
    const error = new Error("unknown");
    expect((await resolve(error, true)).error).toBe(error);
  });
});
