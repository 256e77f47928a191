import { type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { Scratch } from "./scratch.ts";
import { writeMessage } from "./write-message.ts";

/**
 * Writes a message as Protobuf without copying the images in it: in pieces, of which
 * those that are images are the images' own bytes. Protobuf-ES writes a message twice,
 * once into a buffer that grows and once out of it, which is twice the memory of an
 * image. The first piece begins with room for a head of `headBytes`, whatever is in it.
 */
export function messagePieces(
  schema: DescMessage,
  message: Message,
  headBytes = 0,
): [Buffer, ...Uint8Array[]] {
  scratch.clear(headBytes);
  if (!writeMessage(schema, message, scratch)) scratch.append(toBinary(schema, message));
  return scratch.take();
}

// Nothing waits while a message is written, so that one is enough.
const scratch = new Scratch();

/** How many bytes some pieces have together. */
export function lengthOf(pieces: readonly { readonly length: number }[]): number {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
}
