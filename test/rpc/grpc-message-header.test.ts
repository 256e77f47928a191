import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grpcMessageHeader } from "../../src/rpc/grpc-message-header.ts";

describe("a text in the header grpc-message", () => {
  it("stands for itself when it is printable ASCII", () => {
    expect(grpcMessageHeader("field: is no PNG, JPEG; or ~ a/b?c=d")).toBe(
      "field: is no PNG, JPEG; or ~ a/b?c=d",
    );
  });

  it("is encoded where it is not", () => {
    expect(grpcMessageHeader("100 % of é\n")).toBe("100 %25 of %C3%A9%0A");
  });

  it("can be read back, also by clients that decode no more than they would encode", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const header = grpcMessageHeader(text);
        expect(header).toMatch(/^[ -~]*$/);
        expect(decodeURIComponent(header)).toBe(text);
        // As grpc-js does it.
        expect(decodeURI(header)).toBe(text);
      }),
    );
  });
});
