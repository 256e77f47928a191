import { describe, expect, it } from "vitest";
import { ByteWriter } from "../../../src/telemetry/sdk/byte-writer.ts";

const written = (write: (to: ByteWriter) => void, expected = 1): string => {
  const to = new ByteWriter(expected);
  write(to);
  return to.written().toString("hex");
};

describe("a byte writer", () => {
  it("writes texts in UTF-8, short or long, and grows as it must", () => {
    for (const text of ["", "a", "é", "plain letters, and more of them", "𝄞 ".repeat(5_000)]) {
      expect(written((to) => to.text(text))).toBe(Buffer.from(text).toString("hex"));
    }
  });

  it("escapes what JSON escapes, and nothing else", () => {
    for (const text of ["plain", 'a "b"', "back\\slash", "\n\u0000\u001f", "\u007fé\ud800 𝄞"]) {
      expect(written((to) => to.escaped(text))).toBe(
        Buffer.from(JSON.stringify(text).slice(1, -1)).toString("hex"),
      );
    }
  });

  it.each([
    [0, "00"],
    [127, "7f"],
    [128, "8001"],
    [300, "ac02"],
    [2 ** 32 - 1, "ffffffff0f"],
    [2 ** 32, "8080808010"],
    [2 ** 53 - 1, "ffffffffffffff0f"],
    [-1, "ffffffffffffffffff01"],
  ])("writes %d seven bits a byte", (value, bytes) => {
    expect(written((to) => to.varint(value))).toBe(bytes);
  });

  it("writes digits with the noughts before them", () => {
    expect(written((to) => to.digits(4_000_000_042, 12))).toBe(
      Buffer.from("004000000042").toString("hex"),
    );
  });

  it("writes what hexadecimal digits stand for", () => {
    expect(written((to) => to.hex("00ff7f80b7ad6b71"))).toBe("00ff7f80b7ad6b71");
  });

  it.each([0, 1, 127, 128, 16_383, 16_384, 2_097_152])(
    "writes the length of %d bytes before them, in as few bytes as it takes",
    (length) => {
      const bytes = written((to) => {
        to.byte(1);
        const from = to.open();
        to.bytes(Buffer.alloc(length, 0xab));
        to.close(from);
        to.byte(2);
      });
      const prefix = written((to) => to.varint(length));
      expect(bytes === `01${prefix}${"ab".repeat(length)}02`).toBe(true);
    },
  );
});
