/**
 * Writes a text for the header `grpc-message`: percent-encoded UTF-8, in which printable
 * ASCII other than "%" stands for itself
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, Status-Message). It
 * must not be encoded further: grpc-js does not decode what it would not have encoded.
 */
export function grpcMessageHeader(text: string): string {
  if (plain.test(text)) return text;
  let header = "";
  for (const byte of Buffer.from(text)) {
    header +=
      byte >= 0x20 && byte <= 0x7e && byte !== percent
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return header;
}

const plain = /^[ -$&-~]*$/;
const percent = 0x25;
