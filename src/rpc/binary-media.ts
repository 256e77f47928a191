import { isMessage, type Message } from "@bufbuild/protobuf";
import { GenerateResponseSchema } from "../../gen/spillway/v1/generate_pb.ts";
import type { ResponseMedia } from "./json-media.ts";
import { lengthOf, messagePieces } from "./message-pieces.ts";

/**
 * The images of one Connect call whose one response is binary: they stand aside
 * while connect-node writes the response, and go out as they are, uncopied.
 */
export function binaryMedia(): ResponseMedia {
  let pieces: readonly Uint8Array[] | undefined;
  return {
    take(message: Message) {
      if (!isMessage(message, GenerateResponseSchema)) return;
      if (message.output.case !== "images") return;
      pieces = messagePieces(GenerateResponseSchema, message);
      message.output = { case: undefined };
    },
    restore(response) {
      const { header } = response;
      if (pieces === undefined || header === undefined || response.status !== 200) return response;
      const grown = new Headers(header);
      grown.set("content-length", String(lengthOf(pieces)));
      return { ...response, header: grown, body: oneByOne(pieces) };
    },
  };
}

async function* oneByOne(pieces: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* pieces;
}
