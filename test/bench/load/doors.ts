import {
  create,
  fromBinary,
  fromJson,
  type MessageInitShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import {
  GenerateRequestSchema,
  type GenerateResponse,
  GenerateResponseSchema,
  type GenerateRequestSchema as RequestSchema,
} from "../../../gen/spillway/v1/generate_pb.ts";
import type { Spillway } from "../systems/spillway.ts";
import type { Answer, Contender } from "../systems/system.ts";

/** A protocol of Spillway, on one of its listeners. */
export type Door = "gRPC" | "Connect JSON" | "Connect binary" | "Connect binary, HTTP/2";

const method = "/spillway.v1.GatewayService/Generate";

/** A unary Generate through one of Spillway's doors. The right answer comes from `provider` and passes `check`. */
export function spillwayContender(
  spillway: Spillway,
  door: Door,
  request: MessageInitShape<typeof RequestSchema>,
  check: (response: GenerateResponse) => boolean,
): Contender {
  const message = create(GenerateRequestSchema, request);
  const binary = toBinary(GenerateRequestSchema, message);
  const connect = `${spillway.connect}${method}`;
  const doors: Readonly<Record<Door, Contender["target"]>> = {
    gRPC: {
      url: `${spillway.grpc}${method}`,
      http: "2",
      headers: { "content-type": "application/grpc", te: "trailers" },
      body: grpcFrame(binary),
    },
    "Connect JSON": {
      url: connect,
      http: "1.1",
      headers: { "content-type": "application/json" },
      body: Buffer.from(toJsonString(GenerateRequestSchema, message)),
    },
    "Connect binary": {
      url: connect,
      http: "1.1",
      headers: { "content-type": "application/proto" },
      body: binary,
    },
    "Connect binary, HTTP/2": {
      url: connect,
      http: "2",
      headers: { "content-type": "application/proto" },
      body: binary,
    },
  };
  const name = `${spillway.name}, ${door}`;
  return {
    name,
    system: spillway,
    target: doors[door],
    check(answer) {
      if (!check(decode(name, door, answer)))
        throw new Error(`${name}: not the answer that was expected`);
    },
  };
}

/** A message as gRPC writes it: not compressed, its length in four bytes, itself. */
export function grpcFrame(message: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

function decode(name: string, door: Door, answer: Answer): GenerateResponse {
  const { status, grpcStatus, body } = answer;
  if (status !== 200 || (door === "gRPC" && grpcStatus !== "0"))
    throw new Error(
      `${name}: ${status}, grpc-status ${grpcStatus}: ${body.toString("utf8", 0, 500)}`,
    );
  if (door === "Connect JSON") return fromJson(GenerateResponseSchema, JSON.parse(body.toString()));
  return fromBinary(GenerateResponseSchema, door === "gRPC" ? body.subarray(5) : body);
}
