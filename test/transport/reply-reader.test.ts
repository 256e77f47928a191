import { describe, expect, it } from "vitest";
import type { HttpCall } from "../../src/providers/http-call.ts";
import type { ExchangeResult } from "../../src/transport/transport.ts";
import { exchangeWith, httpServer, transport } from "./support.ts";

const picture = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 7) % 256));
const expecting: Partial<HttpCall> = { expects: "image", media: ["data"] };

async function answerTo(
  call: Partial<HttpCall>,
  contentType: string,
  body: Uint8Array,
  status = 200,
): Promise<ExchangeResult> {
  const origin = await httpServer((_request, response) => {
    response.writeHead(status, { "content-type": contentType, "finish-reason": "SUCCESS" });
    response.end(body);
  });
  return transport({ maxReplyBytes: 100_000 }).call(exchangeWith(origin, call));
}

describe("an answer that is an image", () => {
  it.each(["image/png", "Image/JPEG; quality=best"])(
    "of type %s is handed over as its bytes, with its headers, to a call that expects one",
    async (contentType) => {
      const result = await answerTo(expecting, contentType, picture);
      if (result.kind !== "reply" || result.reply.body.kind !== "bytes")
        throw new Error("no bytes");
      expect(Buffer.compare(result.reply.body.bytes, picture)).toBe(0);
      expect(result.reply.headers["finish-reason"]).toBe("SUCCESS");
    },
  );

  it("is not what a call asked for that does not expect one", async () => {
    const result = await answerTo({ media: ["data"] }, "image/png", picture);
    expect(result).toMatchObject({ kind: "reply", reply: { body: { kind: "text" } } });
  });

  it("is none without a byte in it", async () => {
    const result = await answerTo(expecting, "image/png", Buffer.alloc(0));
    expect(result).toMatchObject({ kind: "reply", reply: { body: { kind: "empty" } } });
  });

  it("is none when its status says error", async () => {
    const result = await answerTo(expecting, "image/png", Buffer.from("no"), 503);
    expect(result).toMatchObject({ reply: { status: 503, body: { kind: "text", text: "no" } } });
  });

  it("is refused when it is larger than allowed", async () => {
    const result = await answerTo(expecting, "image/png", Buffer.alloc(100_001));
    expect(result).toMatchObject({ kind: "failed", failure: { class: "server_fault" } });
  });
});

describe("an answer about an image, to a call that expects one", () => {
  it("is JSON whose media are decoded, as ever", async () => {
    const body = Buffer.from(JSON.stringify({ data: picture.toString("base64") }));
    const result = await answerTo(expecting, "application/json", body);
    if (result.kind !== "reply" || result.reply.body.kind !== "json") throw new Error("no JSON");
    expect(result.reply.body.value).toEqual({ data: picture });
  });
});
