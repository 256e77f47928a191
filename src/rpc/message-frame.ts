import type { DescMessage, Message } from "@bufbuild/protobuf";
import { headBytes } from "./grpc-message.ts";
import type { JsonMedia } from "./json-media.ts";
import { lengthOf, messagePieces } from "./message-pieces.ts";

/**
 * Writes a message as gRPC has it, in pieces as `messagePieces`: behind a byte that
 * tells that it is not compressed, and its length in four
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
 */
export function messageFrame(schema: DescMessage, message: Message): readonly Uint8Array[] {
  const pieces = messagePieces(schema, message, headBytes);
  const [first] = pieces;
  first[0] = 0;
  first.writeUInt32BE(lengthOf(pieces) - headBytes, 1);
  return pieces;
}

/** The same for JSON, its pieces as `JsonMedia` makes them. */
export function jsonFrame(
  schema: DescMessage,
  message: Message,
  media: JsonMedia,
): Iterable<Uint8Array> {
  const { length, head, pieces } = media.write(schema, message, headBytes);
  head[0] = 0;
  head.writeUInt32BE(length - headBytes, 1);
  return pieces;
}
