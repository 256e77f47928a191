import { Code } from "../../gen/google/rpc/code_pb.ts";

/** How the body of a gRPC call with one request ended. */
export type GrpcBody =
  | { readonly kind: "message"; readonly bytes: Buffer }
  /** The code and the text are what connect-node would give. */
  | { readonly kind: "unreadable"; readonly code: Code; readonly text: string };

/**
 * Reads the body of a gRPC call with one request: a byte that tells whether the
 * message is compressed, its length in four, and the message
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
 */
export class GrpcBodyReader {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #received = 0;
  #refusal: GrpcBody | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes the next piece. Returns why the rest is of no interest, when it is not. */
  write(chunk: Buffer): GrpcBody | undefined {
    if (this.#refusal !== undefined) return this.#refusal;
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    const length = this.#length();
    if (length !== undefined && length > this.#maxBytes) {
      this.#refusal = { kind: "unreadable", code: Code.RESOURCE_EXHAUSTED, text: "too large" };
    } else if (length !== undefined && this.#received > length + headBytes) {
      this.#refusal = unreadable(Code.UNIMPLEMENTED, "extra input message");
    }
    return this.#refusal;
  }

  end(): GrpcBody {
    if (this.#refusal !== undefined) return this.#refusal;
    const length = this.#length();
    if (this.#received === 0) return unreadable(Code.UNIMPLEMENTED, "missing input message");
    if (length === undefined || this.#received < length + headBytes) {
      return unreadable(Code.INVALID_ARGUMENT, "the envelope is cut");
    }
    const body = this.#whole();
    this.#chunks = [];
    if (body[0] !== 0) return unreadable(Code.INTERNAL, "an envelope that cannot be decompressed");
    return { kind: "message", bytes: body.subarray(headBytes) };
  }

  /** The length that the head promises. Undefined until the head is here. */
  #length(): number | undefined {
    if (this.#received < headBytes) return undefined;
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= headBytes) return first.readUInt32BE(1);
    this.#chunks = [this.#whole()];
    return this.#length();
  }

  #whole(): Buffer {
    const [first] = this.#chunks;
    return first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
  }
}

function unreadable(code: Code, text: string): GrpcBody {
  return { kind: "unreadable", code, text };
}

/** What stands before a message: a byte of flags, and its length in four. */
export const headBytes = 5;
