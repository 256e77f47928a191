const types = { DATA: 0, HEADERS: 1, RST_STREAM: 3, SETTINGS: 4, CONTINUATION: 9 } as const;

/** What an HTTP/2 client says first (RFC 9113, section 3.4): its preface, and SETTINGS without any. */
export const http2Hello: Buffer = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  http2Frame("SETTINGS", { stream: 0 }),
]);

/** A frame of HTTP/2, written by hand: whatever a client could send. */
export function http2Frame(
  type: keyof typeof types,
  { stream, flags = 0 }: { readonly stream: number; readonly flags?: number },
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(types[type], 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** The flags that tests use (RFC 9113, section 6). */
export const endStream = 0x1;
export const endHeaders = 0x4;

/** Header fields as HPACK has them: literal, and not for the table (RFC 7541, section 6.2.2). */
export function hpack(fields: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(fields).flatMap(([name, value]) => [
      Buffer.from([0]),
      hpackText(name),
      hpackText(value),
    ]),
  );
}

/** A frame that ends a stream with an error. */
export function http2Reset(stream: number, code: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(code);
  return http2Frame("RST_STREAM", { stream }, payload);
}

function hpackText(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length = [127];
  let rest = bytes.length - 127;
  for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}
