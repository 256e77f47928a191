import { Code } from "../../gen/google/rpc/code_pb.ts";
import type { CanonicalCode } from "./canonical-code.ts";
import { internalFailure, type RpcFailure, rpcFailure } from "./errors.ts";
import { bodyIsNotThatJson } from "./unreadable-json.ts";

/**
 * Says in our words what an RPC library refused before or after a handler ran:
 * a body that cannot be read, a message that is too large, a deadline. So these
 * errors have an ErrorInfo too. A library's text can quote the body, so nothing
 * of it is kept.
 */
export function libraryFailure(
  code: CanonicalCode,
  text: string,
  limits: { readonly maxMessageBytes: number },
  requestId: string,
): RpcFailure {
  switch (code) {
    case Code.RESOURCE_EXHAUSTED:
      return tooLarge(limits.maxMessageBytes);
    case Code.DEADLINE_EXCEEDED:
      return rpcFailure({
        reason: "DEADLINE",
        message: "The caller's deadline passed before there was a result.",
        metadata: {},
      });
    case Code.CANCELLED:
      return rpcFailure({ reason: "CANCELLED", message: "The caller left.", metadata: {} });
    case Code.UNIMPLEMENTED:
      return rpcFailure(
        { reason: "INVALID_REQUEST", message: unimplementedMessage(text), metadata: {} },
        code,
      );
    case Code.INVALID_ARGUMENT:
      return unreadableRequest(text);
    default:
      // Both libraries call a request that they cannot parse an internal error.
      return /^parse binary|deserializing request|decompress|envelope/i.test(text)
        ? unreadableRequest(text)
        : internalFailure(requestId);
  }
}

/** The failure of a request whose bytes are no message of the type that the method takes. */
export function malformedRequest(typeName: string): RpcFailure {
  return rpcFailure({
    reason: "INVALID_REQUEST",
    message: `The body is not a ${typeName}.`,
    metadata: {},
  });
}

/** The failure of a request that cannot be read, by what a library says about it. */
export function unreadableRequest(text: string): RpcFailure {
  return rpcFailure({ reason: "INVALID_REQUEST", message: unreadableMessage(text), metadata: {} });
}

function tooLarge(limit: number): RpcFailure {
  const message = `The request is larger than ${limit} bytes. Send images by URL.`;
  return rpcFailure(
    { reason: "INVALID_REQUEST", message, metadata: { limit_bytes: String(limit) } },
    Code.RESOURCE_EXHAUSTED,
  );
}

function unimplementedMessage(text: string): string {
  if (/compress|encoding/i.test(text)) {
    return "The body's compression is not known here. Use gzip, or none.";
  }
  if (/input message/.test(text)) return "The call must carry exactly one message.";
  return "There is no such method.";
}

function unreadableMessage(text: string): string {
  // Quoted JSON may have any word in it.
  if (/from JSON/.test(text)) return bodyIsNotThatJson;
  if (/timeout/i.test(text)) return "The deadline of the call cannot be read.";
  if (/protocol.version/i.test(text))
    return "The version of the Connect protocol is not known here.";
  return "The body is not the message that the method takes.";
}
