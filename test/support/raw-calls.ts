import { connect } from "node:http2";
import { createConnection } from "node:net";

/** How a raw gRPC call ended. */
export interface RawGrpcEnd {
  /** The `grpc-status`. -1 when there was none. */
  readonly status: number;
  /** From the sending to the status, in milliseconds. */
  readonly elapsedMs: number;
}

/** A raw gRPC call under way. */
export interface RawGrpcCall {
  readonly ended: Promise<RawGrpcEnd>;
  /** Closes the connection. */
  leave(): void;
}

/** Makes a unary gRPC call by hand: no client library that has an opinion about time or headers. */
export function rawGrpc(
  url: string,
  path: string,
  message: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): RawGrpcCall {
  const session = connect(url);
  session.on("error", () => {});
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([frame, message]));
  const startedAt = performance.now();
  let status = -1;
  const read = (fields: { readonly "grpc-status"?: string | string[] | undefined }) => {
    if (fields["grpc-status"] !== undefined) status = Number(fields["grpc-status"]);
  };
  stream.on("response", read);
  stream.on("trailers", read);
  stream.on("error", () => {});
  stream.resume();
  return {
    ended: new Promise((resolve) => {
      stream.once("close", () => {
        resolve({ status, elapsedMs: performance.now() - startedAt });
        session.destroy();
      });
    }),
    leave: () => session.destroy(),
  };
}

/** Writes bytes to a port and gives what comes back until the server closes. */
export function rawBytes(address: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve) => {
    const socket = createConnection(Number(port), hostname, () => socket.write(bytes));
    let answer = "";
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
    });
    socket.once("error", () => {});
    socket.once("close", () => resolve(answer));
  });
}

/** How a Connect call in JSON ended. */
export interface JsonEnd {
  readonly status: number;
  readonly json: unknown;
  /** From the sending to the end of the answer, in milliseconds. */
  readonly elapsedMs: number;
}

/** Makes a Connect call in JSON by hand. `body` is sent as it is when it is a text. */
export async function postJson(
  url: string,
  method: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<JsonEnd> {
  const startedAt = performance.now();
  const response = await fetch(`${url}/spillway.v1.GatewayService/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const json = await response.json();
  return { status: response.status, json, elapsedMs: performance.now() - startedAt };
}
