import { connect as connectHttp2 } from "node:http2";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { MediaFile, MediaFiles } from "../../src/domain/media-store.ts";
import { manualClock } from "../support/manual-clock.ts";
import { startTestServer } from "./support/test-server.ts";

const name = `${"0".repeat(64)}.png`;
const content = Buffer.from("0123456789");
const lifetimeMs = 600_500;
const clock = manualClock();

/** Files with one name, and the names that were asked for. */
function oneFile(over: Partial<MediaFile> = {}) {
  const asked: string[] = [];
  const files: MediaFiles = {
    find: async (wanted) => {
      asked.push(wanted);
      if (wanted !== name) return undefined;
      return {
        mimeType: "image/png",
        size: content.length,
        expiresAt: clock.now() + lifetimeMs,
        read: (first, last) => Readable.from([content.subarray(first, last + 1)]),
        ...over,
      };
    },
  };
  return { files, asked };
}

async function start(over: Partial<MediaFile> = {}, cors: readonly string[] = []) {
  const { files, asked } = oneFile(over);
  const server = await startTestServer({ clock, media: files, cors: { origins: cors } });
  const ask = (headers: Record<string, string> = {}, method = "GET", path = `/media/${name}`) =>
    fetch(server.url + path, { method, headers });
  return { ...server, ask, asked };
}

describe("a stored file", () => {
  it("is served whole, with all that a browser wants to know", async () => {
    const { ask } = await start();
    const response = await ask();
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("0123456789");
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      "content-type": "image/png",
      "content-length": "10",
      "cache-control": "private, max-age=600, immutable",
      etag: `"${name}"`,
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
    });
  });

  it("is described without its bytes for HEAD", async () => {
    const { ask } = await start({
      read: () => {
        throw new Error("Nobody wants the bytes.");
      },
    });
    // A range of it means nothing: RFC 9110, section 14.2.
    const response = await ask({ range: "bytes=0-1" }, "HEAD");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe("10");
    expect(response.headers.get("content-range")).toBeNull();
    expect(await response.text()).toBe("");
  });

  it("is served over HTTP/2", async () => {
    const { url } = await start();
    const session = connectHttp2(url);
    const stream = session.request({ ":path": `/media/${name}`, range: "bytes=8-" });
    const status = new Promise((resolve) => {
      stream.once("response", (headers) => resolve(headers[":status"]));
    });
    expect((await buffer(stream)).toString()).toBe("89");
    expect(await status).toBe(206);
    session.close();
  });

  it("can be read by the pages that may call, and by them only", async () => {
    const { ask } = await start({}, ["https://app.example"]);
    const allowed = async (origin: string) =>
      (await ask({ origin })).headers.get("access-control-allow-origin");
    expect(await allowed("https://app.example")).toBe("https://app.example");
    expect(await allowed("https://evil.example")).toBeNull();
  });

  it.each([
    ["bytes=0-0", "0", "bytes 0-0/10"],
    ["bytes=2-4", "234", "bytes 2-4/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=7-99", "789", "bytes 7-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=-99", "0123456789", "bytes 0-9/10"],
  ])("is served in part: %s", async (range, body, contentRange) => {
    const { ask } = await start();
    const response = await ask({ range });
    expect(response.status).toBe(206);
    expect(await response.text()).toBe(body);
    expect(response.headers.get("content-range")).toBe(contentRange);
  });

  it.each(["bytes=10-", "bytes=99-100", "bytes=-0"])("has no part %s", async (range) => {
    const { ask } = await start();
    const response = await ask({ range });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe("bytes */10");
    expect(await response.text()).toBe("");
  });

  it.each(["bytes=4-2", "bytes=-", "bytes=a-b", "lines=0-1", "bytes=0-1,3-4", "bytes 0-1"])(
    "is served whole for %s, which is no range or more than one",
    async (range) => {
      const { ask } = await start();
      const response = await ask({ range });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe("0123456789");
    },
  );

  it("is served in part only if it is still the one that the caller knows", async () => {
    const { ask } = await start();
    const range = "bytes=0-1";
    expect((await ask({ range, "if-range": `"${name}"` })).status).toBe(206);
    expect((await ask({ range, "if-range": '"another"' })).status).toBe(200);
  });

  it.each([`"${name}"`, `W/"${name}"`, `"a", "${name}"`, "*"])(
    "is not sent again to whoever has it: %s",
    async (tags) => {
      const { ask } = await start();
      const response = await ask({ "if-none-match": tags });
      expect(response.status).toBe(304);
      expect(await response.text()).toBe("");
      expect(response.headers.get("etag")).toBe(`"${name}"`);
    },
  );

  it("is sent to whoever has another one", async () => {
    const { ask } = await start();
    expect((await ask({ "if-none-match": '"a", W/"b"' })).status).toBe(200);
  });

  it.each(["POST", "PUT", "DELETE", "PATCH"])("cannot be changed by %s", async (method) => {
    const { ask, asked } = await start();
    const response = await ask({}, method);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(asked).toEqual([]);
  });

  it("cuts the connection when it breaks off, so that nobody takes a part for the whole", async () => {
    const { ask } = await start({
      read: () =>
        Readable.from(
          (function* () {
            yield Buffer.from("012");
            throw new Error("The disk is gone.");
          })(),
        ),
    });
    await expect(ask().then((response) => response.text())).rejects.toThrow();
  });
});

describe("what is not stored", () => {
  it.each([
    "/media/",
    "/media/other.png",
    "/media/..%2f..%2fetc%2fpasswd",
    "/media/%2e%2e/spillway.yaml",
    `/media/${name}/`,
    `/media//${name}`,
    "/media/?list",
  ])("is not found: %s", async (path) => {
    const { ask } = await start();
    const response = await ask({}, "GET", path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("0123456789");
  });

  it("is asked for by its name as it stands, without the query", async () => {
    const { ask, asked } = await start();
    await ask({}, "GET", "/media/a%2fb?c=d");
    expect(asked).toEqual(["a%2fb"]);
  });

  it("is no path at all where no files are kept", async () => {
    const { url } = await startTestServer();
    const response = await fetch(`${url}/media/${name}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "unimplemented" });
  });
});
