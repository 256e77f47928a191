import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { type RpcFailure, rpcFailure } from "./errors.ts";
import { unreadableRequest } from "./library-error.ts";
import { readJson } from "./read-json.ts";
import { unreadableJson } from "./unreadable-json.ts";

/** A message, or why there is none. */
export type ReadResult =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "unreadable"; readonly failure: RpcFailure };

/** Reads a message from Protobuf or JSON. */
export function readMessage(schema: DescMessage, body: Buffer, binary: boolean): ReadResult {
  try {
    const message = binary ? fromBinary(schema, body) : readJson(schema, body);
    return { kind: "message", message };
  } catch (error) {
    const text = error instanceof Error ? error.message : "";
    const failure = binary
      ? unreadableRequest(`parse binary: ${text}`)
      : rpcFailure(unreadableJson(schema, utf8.decode(body), text));
    return { kind: "unreadable", failure };
  }
}

const utf8 = new TextDecoder();
