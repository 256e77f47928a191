import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import { readJson } from "./read-json.ts";

/** A message, or why there is none: the code and the text that connect-node would give. */
export type ReadResult =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "unreadable"; readonly code: Code; readonly text: string };

/** Reads a message from Protobuf or JSON. */
export function readMessage(schema: DescMessage, body: Buffer, binary: boolean): ReadResult {
  try {
    const message = binary ? fromBinary(schema, body) : readJson(schema, body);
    return { kind: "message", message };
  } catch (error) {
    const text = error instanceof Error ? error.message : "";
    return binary
      ? { kind: "unreadable", code: Code.INTERNAL, text: `parse binary: ${text}` }
      : { kind: "unreadable", code: Code.INVALID_ARGUMENT, text };
  }
}
