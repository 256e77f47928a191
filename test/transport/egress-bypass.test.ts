import type { LookupAddress } from "node:dns";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { LookupFunction } from "node:net";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import type { Failure } from "../../src/domain/failure.ts";
import type { Download, DownloadResult } from "../../src/transport/transport.ts";
import { deferred, httpServer, socketServer, transport } from "./support.ts";

/**
 * Attempts to make the downloader ask for what it must not: everything goes the
 * way of real traffic, but for the resolver, which knows these names only. A
 * server on this machine stands for all that must not be asked.
 */
const names: Readonly<Record<string, readonly string[]>> = {
  // Where only the guard can refuse what is wrong with the rest of an address.
  "a.example": ["127.0.0.1"],
  "to-loopback.example": ["127.0.0.1"],
  "to-loopback-6.example": ["::1"],
  "to-mapped.example": ["::ffff:127.0.0.1"],
  "to-any.example": ["0.0.0.0"],
  "to-any-6.example": ["::"],
  "to-metadata.example": ["169.254.169.254"],
  "to-metadata-6.example": ["fd00:ec2::254"],
  "to-private.example": ["10.0.0.1"],
  "to-unique-local.example": ["fd12:3456:789a::1"],
  "to-link-local.example": ["fe80::1"],
  "to-carrier.example": ["100.64.0.1"],
  "to-nat64.example": ["64:ff9b::7f00:1"],
  "to-6to4.example": ["2002:7f00:1::1"],
  "to-teredo.example": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
  // A public address first, and one that is not: whichever is connected to, the name is refused.
  "mixed.example": ["1.1.1.1", "127.0.0.1"],
  "mixed-private.example": ["1.1.1.1", "10.0.0.1"],
  "mixed-6.example": ["127.0.0.1", "2606:4700::1111"],
  "nothing.example": [],
  // What the resolver says after it has followed a CNAME to a name inside.
  "alias-of-an-inner-name.example": ["192.168.1.10"],
  // A resolver that lies about names that the internet does not know.
  localhost: ["1.1.1.1"],
  "metadata.google.internal": ["1.1.1.1"],
  "127.0.0.1.nip.example": ["127.0.0.1"],
};

const resolver: LookupFunction = (hostname, _options, callback) => {
  const found = names[hostname.replace(/\.$/, "")];
  if (found === undefined) return callback(new Error(`${hostname} is not in the table.`), []);
  callback(
    null,
    found.map((address): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 })),
  );
};

async function canary() {
  const requests: IncomingMessage[] = [];
  const origin = await httpServer((request, response) => {
    requests.push(request);
    response.end("secret");
  });
  return { requests, origin, port: new URL(origin).port };
}

function fetchFile(url: string, rest: Partial<Download> = {}, lookup = resolver) {
  return transport({ lookup }).download({
    url,
    reach: "public",
    maxBytes: 1_000_000,
    headers: {},
    signal: new AbortController().signal,
    ...rest,
  });
}

/** What a failure may say: no address, no name, no port. */
function failedIn(result: DownloadResult): Failure {
  if (result.kind === "file") throw new Error("The file was fetched.");
  const { message, detail } = result.failure;
  expect(detail).toBeUndefined();
  expect(message).not.toMatch(/\d+\.\d+\.\d+|::|example|internal|secret/);
  return result.failure;
}

/** The guard's no alone is for good: an address that nobody answers at is another failure. */
function refusedIn(result: DownloadResult): void {
  expect(failedIn(result)).toMatchObject({
    permanent: true,
    message: expect.stringMatching(/^The address of the file /),
  });
}

describe("an address that must not be asked, PORT being that of a server here", () => {
  it.each([
    // The same address in other writings.
    "http://127.0.0.1:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7f.0.0.1:PORT/",
    "http://0x7f.1:PORT/",
    "http://017700000001:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.0x1:PORT/",
    "http://00000177.0.0.1:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://127.255.255.254:PORT/",
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://00.0.0.0:PORT/",
    // Other letters that mean the same digits and dots.
    "http://①②⑦.⓪.⓪.①:PORT/",
    "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11:PORT/",
    "http://127。0。0。1:PORT/",
    "http://127\uff610\uff610\uff611:PORT/",
    "http://%31%32%37.0.0.1:PORT/",
    "http://127%2e0%2e0%2e1:PORT/",
    "http://𝟏𝟐𝟕.𝟎.𝟎.𝟏:PORT/",
    // IPv6, and IPv4 inside of it.
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[0000::0001]:PORT/",
    "http://[::]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[::ffff:0:127.0.0.1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[64:ff9b:1::127.0.0.1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2001:0:7f00:1::]:PORT/",
    "http://[fe80::1]:PORT/",
    "http://[fe80::1%25lo]:PORT/",
    "http://[::1%25lo]:PORT/",
    "http://[fc00::1]:PORT/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]:PORT/",
    // Metadata services, and networks of others.
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    // Names that the internet does not know, whatever the resolver says.
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "http://localhost.:PORT/",
    "http://a.localhost:PORT/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://METADATA.google.internal./",
    "http://printer.local/",
    "http://router.home.arpa/",
    "http://kubernetes:PORT/",
    "http://hidden.onion/",
    // Names that lead there.
    "http://to-loopback.example:PORT/",
    "http://to-loopback.example.:PORT/",
    "http://TO-LOOPBACK.example:PORT/",
    "http://to-loopback-6.example:PORT/",
    "http://to-mapped.example:PORT/",
    "http://to-any.example:PORT/",
    "http://to-any-6.example:PORT/",
    "http://to-metadata.example/",
    "http://to-metadata-6.example/",
    "http://to-private.example:PORT/",
    "http://to-unique-local.example:PORT/",
    "http://to-link-local.example:PORT/",
    "http://to-carrier.example:PORT/",
    "http://to-nat64.example:PORT/",
    "http://to-6to4.example:PORT/",
    "http://to-teredo.example:PORT/",
    "http://mixed.example:PORT/",
    "http://mixed-6.example:PORT/",
    "http://nothing.example:PORT/",
    "http://alias-of-an-inner-name.example:PORT/",
    "http://127.0.0.1.nip.example:PORT/",
    "http://to\uff0dloopback.example:PORT/",
    // One host for the eye, another for the parser.
    "http://127.0.0.1:PORT\\@a.example/",
    "http://127.0.0.1:PORT#@a.example/",
    "http://127.0.0.1:PORT?@a.example/",
    "http:\\\\127.0.0.1:PORT\\",
    "http:127.0.0.1:PORT",
    "http:/127.0.0.1:PORT/",
    " http://127.0.0.1:PORT/",
    "http://127.0.0.1:PORT\r\nHost: a.example/",
    "h\nttp://127.0.0.1:PORT/",
    "http://127.\t0.0.1:PORT/",
    // Protocols of something else.
    "file:///etc/passwd",
    "file://a.example/etc/passwd",
    "ftp://a.example/a",
    "gopher://127.0.0.1:PORT/_GET%20/",
    "dict://127.0.0.1:PORT/",
    "ws://127.0.0.1:PORT/",
    "jar:http://127.0.0.1:PORT/",
    "blob:http://127.0.0.1:PORT/a",
    "javascript:alert(1)",
    "about:blank",
    // What is no address.
    "//127.0.0.1:PORT/",
    "127.0.0.1:PORT",
    "/etc/passwd",
    "http://",
    "http://[::1",
    "http://1.2.3.4.5.6.7.8:PORT/",
    "http://256.256.256.256:PORT/",
    "",
    `http://127.0.0.1:PORT/${"a".repeat(100_000)}`,
  ])("%j is refused", async (written) => {
    const { requests, port } = await canary();
    refusedIn(await fetchFile(written.replaceAll("PORT", port)));
    expect(requests).toHaveLength(0);
  });

  it.each([
    "http://a.example@127.0.0.1:PORT/",
    "http://a.example:80@127.0.0.1:PORT/",
    "http://user:password@a.example:PORT/",
    "http://user@a.example:PORT/",
    "http://:password@a.example:PORT/",
    "http://a.example:22/",
    "http://a.example:25/",
    "http://a.example:6667/",
    "http://a.example:99999/",
    "http://a.example:-1/",
  ])("%j is refused, though its host is within reach", async (written) => {
    const { requests, port } = await canary();
    expect((await fetchFile(`http://a.example:${port}/`, { reach: "loopback" })).kind).toBe("file");
    refusedIn(await fetchFile(written.replaceAll("PORT", port), { reach: "loopback" }));
    expect(requests).toHaveLength(1);
  });
});

describe("a host that is listed", () => {
  const listed = (...hosts: string[]) => ({ networks: "public", hosts }) as const;

  it("is fetched from, by its name or by its address", async () => {
    const { requests, port } = await canary();
    const urls = [
      [`http://a.example:${port}/`, "a.example"],
      [`http://a.example:${port}/`, "127.0.0.0/8"],
      [`http://127.0.0.1:${port}/`, "127.0.0.1"],
      [`http://localhost:${port}/`, "localhost"],
    ] as const;
    for (const [url, host] of urls) {
      expect(
        (await fetchFile(url, { reach: listed(host) }, resolverOf("127.0.0.1"))).kind,
        url,
      ).toBe("file");
    }
    expect(requests).toHaveLength(urls.length);
  });

  it("does not open the way to another one, by a name, by an address or by a redirect", async () => {
    const { requests, port } = await canary();
    const reach = listed("a.example");
    refusedIn(await fetchFile(`http://127.0.0.1:${port}/`, { reach }));
    refusedIn(await fetchFile(`http://to-loopback.example:${port}/`, { reach }));
    refusedIn(await fetchFile(`http://sub.a.example:${port}/`, { reach }, resolverOf("10.0.0.1")));
    refusedIn(
      await fetchFile(`http://a.example:${port}/`, { reach }, resolverOf("169.254.169.254")),
    );
    const moved = await httpServer((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end();
    });
    refusedIn(await fetchFile(`http://a.example:${new URL(moved).port}/`, { reach }));
    expect(requests).toHaveLength(0);
  });
});

/** A resolver to which every name is this address. */
function resolverOf(address: string): LookupFunction {
  return (_name, _options, callback) => callback(null, [{ address, family: 4 }]);
}

describe("a redirect", () => {
  /** A server that is allowed, which sends whoever asks to another address. */
  async function movedTo(location: string, status = 302) {
    let asked = 0;
    const origin = await httpServer((_request, response) => {
      asked++;
      response.writeHead(status, { location }).end();
    });
    return { origin, asked: () => asked };
  }

  it.each([301, 302, 303, 307, 308])(
    "of status %d is checked as the address was",
    async (status) => {
      const { requests, port } = await canary();
      // Loopback is within reach here, and so is the first address; the second is not.
      const moved = await movedTo(`http://0.0.0.0:${port}/`, status);
      refusedIn(await fetchFile(moved.origin, { reach: "loopback" }));
      expect(moved.asked()).toBe(1);
      expect(requests).toHaveLength(0);
    },
  );

  it.each([
    "http://169.254.169.254/",
    "http://to-private.example/",
    "http://mixed-private.example/",
    "http://user:password@to-loopback.example/",
    "//10.0.0.1/",
    "\\\\10.0.0.1\\",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1/",
    "data:image/png;base64,AAAA",
    "http://127.0.0.1:22/",
  ])("does not lead to %s", async (location) => {
    const moved = await movedTo(location);
    refusedIn(await fetchFile(moved.origin, { reach: "loopback" }));
    expect(moved.asked()).toBe(1);
  });

  it("to itself ends", async () => {
    const moved = await movedTo("/");
    const { message } = failedIn(await fetchFile(moved.origin, { reach: "loopback" }));
    expect(message).toContain("more than 5");
    expect(moved.asked()).toBe(6);
  });

  it("takes no cookie and no password along", async () => {
    const { requests, origin } = await canary();
    const first = await httpServer((_request, response) => {
      response.writeHead(302, { location: origin, "set-cookie": "session=1" }).end();
    });
    const headers = { authorization: "Bearer key", cookie: "a=b", "proxy-authorization": "c" };
    expect((await fetchFile(first, { reach: "loopback", headers })).kind).toBe("file");
    for (const name of ["authorization", "cookie", "proxy-authorization", "referer"]) {
      expect(requests[0]?.headers[name]).toBeUndefined();
    }
  });
});

describe("a name that means something else each time", () => {
  /** A resolver that goes through a list of answers. */
  function rebinding(...answers: readonly string[]) {
    let asked = 0;
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      const address = answers[Math.min(asked++, answers.length - 1)] ?? "";
      callback(null, [{ address, family: 4 }]);
    };
    return { lookup, asked: () => asked };
  }

  it("is asked once, and connected to as it was answered", async () => {
    const { requests, port } = await canary();
    const { lookup, asked } = rebinding("127.0.0.1", "10.0.0.1");
    const result = await fetchFile(
      `http://turning.example:${port}/`,
      { reach: "loopback" },
      lookup,
    );
    expect(result.kind).toBe("file");
    expect(asked()).toBe(1);
    expect(requests).toHaveLength(1);
  });

  it("is refused when the first answer is the forbidden one", async () => {
    const { requests, port } = await canary();
    const { lookup, asked } = rebinding("10.0.0.1", "127.0.0.1");
    refusedIn(await fetchFile(`http://turning.example:${port}/`, { reach: "loopback" }, lookup));
    expect(asked()).toBe(1);
    expect(requests).toHaveLength(0);
  });

  it("is refused when it turns between two redirects", async () => {
    let requests = 0;
    const origin = await httpServer((request, response) => {
      requests++;
      response
        .writeHead(302, { location: `http://${request.headers.host}/again`, connection: "close" })
        .end();
    });
    const { lookup, asked } = rebinding("127.0.0.1", "10.0.0.1");
    const url = `http://turning.example:${new URL(origin).port}/`;
    refusedIn(await fetchFile(url, { reach: "loopback" }, lookup));
    expect(asked()).toBe(2);
    expect(requests).toBe(1);
  });
});

describe("a server that is allowed, and hostile", () => {
  let bomb: Buffer;
  beforeAll(() => {
    bomb = gzipSync(Buffer.alloc(50_000_000));
  });

  type Answer = (response: ServerResponse) => void;

  it.each<[string, Answer]>([
    [
      "announces more than is taken",
      (response) => response.writeHead(200, { "content-length": "2000000" }).flushHeaders(),
    ],
    ["sends more than is taken", (response) => response.end(Buffer.alloc(2_000_000))],
    [
      "sends more than it announces",
      (response) => {
        response.socket?.end(
          `HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 2000000\r\n\r\nabc`,
        );
      },
    ],
    [
      "sends a small body that unpacks to a large one",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    ],
    [
      "packs that body in another one",
      (response) =>
        response.writeHead(200, { "content-encoding": "gzip, gzip" }).end(gzipSync(bomb)),
    ],
    [
      "sends headers without end",
      (response) => response.socket?.write(`HTTP/1.1 200 OK\r\na: ${"b".repeat(100_000)}`),
    ],
    [
      "answers with something that is no HTTP",
      (response) => response.socket?.end("+OK secret\r\n"),
    ],
    ["answers with a failure", (response) => response.writeHead(500).end("secret")],
    ["redirects to nowhere", (response) => response.writeHead(302).end("secret")],
  ])("gets nowhere when it %s", async (_what, answer) => {
    const origin = await httpServer((_request, response) => answer(response));
    failedIn(await fetchFile(origin, { reach: "loopback" }));
  });

  it("is left when time is up, however slowly it goes on", async () => {
    const begun = deferred<void>();
    const closed = deferred<void>();
    const origin = await socketServer((socket) => {
      socket.on("close", () => closed.resolve());
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\na", () => begun.resolve());
      });
    });
    const late = new AbortController();
    const fetching = fetchFile(origin, { reach: "loopback", signal: late.signal });
    await begun.promise;
    late.abort();
    expect(await fetching).toMatchObject({ failure: { class: "cancelled" } });
    await closed.promise;
  });
});
