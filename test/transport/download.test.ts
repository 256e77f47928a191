import type { IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import { describe, expect, it } from "vitest";
import type { Download, DownloadResult, Transport } from "../../src/transport/transport.ts";
import { deferred, httpServer, refusingOrigin, socketServer, transport } from "./support.ts";

const image = Buffer.alloc(300_000, "spillway");

function fetchFile(
  url: string,
  rest: Partial<Download> = {},
  under: Transport = transport(),
): Promise<DownloadResult> {
  return under.download({
    url,
    reach: "loopback",
    maxBytes: 1_000_000,
    headers: {},
    signal: new AbortController().signal,
    ...rest,
  });
}

/** Every name is this machine. */
const toLoopback: LookupFunction = (_hostname, options, callback) => {
  if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
  else callback(null, "127.0.0.1", 4);
};

describe("a download", () => {
  it("gives the bytes and the type, whether the length is known or not", async () => {
    const origin = await httpServer((request, response) => {
      response.setHeader("content-type", "image/png");
      if (request.url === "/known?a=b") response.setHeader("content-length", image.length);
      response.write(image.subarray(0, 100_000));
      response.end(image.subarray(100_000));
    });
    for (const path of ["/known?a=b", "/unknown"]) {
      const result = await fetchFile(`${origin}${path}`);
      expect(result).toEqual({ kind: "file", bytes: image, contentType: "image/png" });
    }
  });

  it("asks for room before it takes bytes, at once where the length is known, and ends without", async () => {
    const origin = await httpServer((request, response) => {
      if (request.url === "/known") response.setHeader("content-length", image.length);
      response.write(image.subarray(0, 100_000));
      response.end(image.subarray(100_000));
    });
    for (const path of ["/known", "/unknown"]) {
      const claims: number[] = [];
      const claim = (room: number) => (bytes: number) => {
        claims.push(bytes);
        return claims.reduce((sum, one) => sum + one, 0) <= room;
      };
      expect((await fetchFile(origin + path, { claim: claim(image.length) })).kind).toBe("file");
      if (path === "/known") expect(claims).toEqual([image.length]);
      expect(claims.reduce((sum, one) => sum + one, 0)).toBe(image.length);
      claims.length = 0;
      expect(await fetchFile(origin + path, { claim: claim(image.length - 1) })).toMatchObject({
        failure: { message: "There is no room for the file." },
      });
    }
  });

  it("presents a key that is meant for its origin, there and at no other one", async () => {
    const seen: [string, string | undefined][] = [];
    const see = ({ url = "", headers }: IncomingMessage) =>
      seen.push([url, headers["x-key"] as string]);
    const foreign = await httpServer((request, response) => {
      see(request);
      if (request.url === "/back") response.writeHead(302, { location: `${own}/last` }).end();
      else response.end("x");
    });
    const own = await httpServer((request, response) => {
      see(request);
      const location = { "/first": "/second", "/second": `${foreign}/back` }[request.url ?? ""];
      if (location !== undefined) response.writeHead(302, { location }).end();
      else response.end("x");
    });
    const credential = { name: "x-key", value: "k" };
    expect((await fetchFile(`${own}/first`, { credential })).kind).toBe("file");
    expect(seen).toEqual([
      ["/first", "k"],
      ["/second", "k"],
      ["/back", undefined],
      ["/last", undefined],
    ]);
  });

  it("carries no credential that came among its headers", async () => {
    const seen: IncomingMessage["headers"][] = [];
    const origin = await httpServer((request, response) => {
      seen.push(request.headers);
      response.end("x");
    });
    await fetchFile(`${origin}/a`, {
      headers: { Authorization: "Bearer k", cookie: "a=b", host: "a.example", traceparent: "00-1" },
    });
    expect(seen).toEqual([
      {
        host: new URL(origin).host,
        connection: "keep-alive",
        "user-agent": "spillway",
        accept: "image/*, */*;q=0.5",
        "accept-encoding": "identity",
        traceparent: "00-1",
      },
    ]);
  });

  it("reads only the beginning when that is enough, from servers that know ranges and from others", async () => {
    const ranges: (string | undefined)[] = [];
    const closed = deferred<void>();
    const origin = await httpServer((request, response) => {
      ranges.push(request.headers.range);
      if (request.url === "/ranges") {
        response.writeHead(206, { "content-type": "image/png" }).end(image.subarray(0, 64));
      } else {
        response.on("close", () => closed.resolve());
        response.writeHead(200, { "content-type": "image/png", "content-length": 50_000_000 });
        response.write(image);
      }
    });
    for (const path of ["/ranges", "/whole"]) {
      const result = await fetchFile(`${origin}${path}`, { prefixBytes: 64 });
      expect(result).toEqual({
        kind: "file",
        bytes: image.subarray(0, 64),
        contentType: "image/png",
      });
    }
    await closed.promise;
    expect(ranges).toEqual(["bytes=0-63", "bytes=0-63"]);
  });

  it("gives a file that is shorter than the beginning that was asked for", async () => {
    const origin = await httpServer((_request, response) => response.end("abc"));
    const result = await fetchFile(origin, { prefixBytes: 64 });
    expect(result).toMatchObject({ kind: "file", bytes: Buffer.from("abc") });
  });

  it("refuses a file that is too large, announced or not", async () => {
    const origin = await httpServer((request, response) => {
      if (request.url === "/announced") {
        response.writeHead(200, { "content-length": image.length }).flushHeaders();
      } else {
        response.end(image);
      }
    });
    for (const path of ["/announced", "/sent"]) {
      expect(await fetchFile(origin + path, { maxBytes: image.length - 1 })).toMatchObject({
        kind: "failed",
        failure: {
          class: "server_fault",
          delivery: "sent",
          message: "The file is larger than 299999 bytes.",
        },
      });
    }
    expect((await fetchFile(`${origin}/sent`, { maxBytes: image.length })).kind).toBe("file");
  });

  it("says which status it got when there is no file", async () => {
    const origin = await httpServer((_request, response) => {
      response.writeHead(404).end("secret words of the provider");
    });
    const result = await fetchFile(`${origin}/secret-path`);
    expect(result).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", delivery: "sent", httpStatus: 404 },
    });
    expect(JSON.stringify(result)).not.toContain("secret");
  });

  it("is the server's fault, and never unsent, when the connection fails", async () => {
    const cut = await socketServer((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"));
    });
    const silent = await socketServer((socket) => {
      socket.once("data", () => socket.destroy());
    });
    for (const origin of [cut, silent, await refusingOrigin()]) {
      expect(await fetchFile(origin)).toMatchObject({
        kind: "failed",
        failure: { class: "server_fault", delivery: "sent" },
      });
    }
  });

  it("ends when it is ended, and closes the socket", async () => {
    const arrived = deferred<void>();
    const closed = deferred<void>();
    const origin = await httpServer((_request, response) => {
      response.on("close", () => closed.resolve());
      arrived.resolve();
    });
    const ending = new AbortController();
    const ended = fetchFile(origin, { signal: ending.signal });
    await arrived.promise;
    ending.abort();
    expect(await ended).toMatchObject({
      kind: "failed",
      failure: { class: "cancelled", delivery: "sent" },
    });
    await closed.promise;
  });
});

describe("the redirects of a download", () => {
  it("are followed, five at most, relative ones too", async () => {
    const origin = await httpServer((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end("file");
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect(await fetchFile(`${origin}/5`)).toMatchObject({ bytes: Buffer.from("file") });
    expect(await fetchFile(`${origin}/6`)).toMatchObject({
      kind: "failed",
      failure: { message: "The file was moved more than 5 times." },
    });
  });

  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://user:password@127.0.0.1/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "data:text/plain,a",
    "//0.0.0.0/",
    "http://[::ffff:169.254.169.254]/",
    "http://",
  ])("do not lead to %s", async (location) => {
    let requests = 0;
    const origin = await httpServer((_request, response) => {
      requests++;
      response.writeHead(302, { location }).end();
    });
    expect(await fetchFile(origin)).toMatchObject({
      kind: "failed",
      failure: {
        class: "server_fault",
        message: expect.stringMatching(/^The address of the file/),
      },
    });
    expect(requests).toBe(1);
  });
});

describe("the reach of a download", () => {
  it("is what it was told to be", async () => {
    let requests = 0;
    const origin = await httpServer((_request, response) => {
      requests++;
      response.end("x");
    });
    const named = origin.replace("127.0.0.1", "files.example");
    const under = transport({ lookup: toLoopback });
    for (const url of [origin, named]) {
      expect(await fetchFile(url, { reach: "public" }, under)).toMatchObject({
        kind: "failed",
        failure: { class: "server_fault", delivery: "sent" },
      });
    }
    expect(requests).toBe(0);
    for (const reach of ["loopback", "private"] as const) {
      for (const url of [origin, named]) {
        expect((await fetchFile(url, { reach }, under)).kind).toBe("file");
      }
    }
    expect(requests).toBe(4);
  });

  it("is not widened by a connection that another reach has opened", async () => {
    const origin = await httpServer((_request, response) => response.end("x"));
    const url = origin.replace("127.0.0.1", "files.example");
    const under = transport({ lookup: toLoopback });
    expect((await fetchFile(url, {}, under)).kind).toBe("file");
    expect((await fetchFile(url, { reach: "public" }, under)).kind).toBe("failed");
  });

  it("is measured at the address that is connected to: a name is looked up once", async () => {
    const origin = await httpServer((_request, response) => response.end("x"));
    const url = origin.replace("127.0.0.1", "files.example");
    let lookups = 0;
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      lookups++;
      // A name whose second answer would lead elsewhere.
      callback(null, [{ address: lookups === 1 ? "127.0.0.1" : "10.0.0.1", family: 4 }]);
    };
    expect((await fetchFile(url, {}, transport({ lookup }))).kind).toBe("file");
    expect(lookups).toBe(1);
  });
});

describe("a data URL", () => {
  it.each([
    ["data:image/png;base64,QUJD", "ABC", "image/png"],
    ["DATA:image/png;BASE64,QUJD", "ABC", "image/png"],
    ["data:image/png;base64,QUI%3D", "AB", "image/png"],
    ["data:image/png;base64,QU\nI", "AB", "image/png"],
    ["data:image/svg+xml;charset=utf-8,%3Csvg%3E", "<svg>", "image/svg+xml;charset=utf-8"],
    ["data:,a", "a", ""],
  ])("%s is read without a network", async (url, text, contentType) => {
    const bytes = Buffer.from(text);
    expect(await fetchFile(url)).toEqual({ kind: "file", bytes, contentType });
  });

  it("is held to the same limits", async () => {
    const url = `data:image/png;base64,${image.toString("base64")}`;
    expect((await fetchFile(url, { maxBytes: image.length - 1 })).kind).toBe("failed");
    expect((await fetchFile(url, { maxBytes: 10 })).kind).toBe("failed");
    expect(await fetchFile(url, { prefixBytes: 8 })).toMatchObject({ bytes: image.subarray(0, 8) });
  });

  it.each(["QUJDR", "QUJ*DQUJD", "QUJD=QUJD", "QUJDQUJD%25"])(
    "gives no part of a file whose base64 is broken: %s",
    async (digits) => {
      expect((await fetchFile(`data:image/png;base64,${digits}`)).kind).toBe("failed");
    },
  );

  it.each(["data:", "data:image/png;base64", "data:text/plain,%E0%A4%A", "not a url", ""])(
    "or any other address that is broken is a failure: %j",
    async (url) => {
      expect(await fetchFile(url)).toMatchObject({
        kind: "failed",
        failure: { class: "server_fault", delivery: "sent" },
      });
    },
  );
});
