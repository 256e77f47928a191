import { create, fromBinary, fromJson, toBinary, toJsonString } from "@bufbuild/protobuf";
import {
  GenerateRequestSchema,
  type GenerateResponse,
  GenerateResponseSchema,
} from "../../../gen/spillway/v1/generate_pb.ts";
import type { Spillway } from "../systems/spillway.ts";
import type { Answer, Contender } from "../systems/system.ts";
import type { Job } from "./jobs.ts";
import type { LoadTarget } from "./target.ts";

/** A protocol of Spillway, on one of its listeners. */
export type Door = "gRPC" | "Connect JSON" | "Connect binary" | "Connect binary, HTTP/2";

/** A unary Generate through one of Spillway's doors. */
export function spillwayContender(spillway: Spillway, door: Door, job: Job): Contender {
  const message = create(GenerateRequestSchema, job.spillway);
  const name = `${spillway.name}, ${door}`;
  return {
    name,
    system: spillway,
    target: unaryTarget(spillway, door, {
      binary: toBinary(GenerateRequestSchema, message),
      json: toJsonString(GenerateRequestSchema, message),
    }),
    check(answer) {
      if (!job.right(decode(name, door, answer)))
        throw new Error(`${name}: not the answer that was expected`);
    },
  };
}

const method = "/spillway.v1.GatewayService/Generate";

function unaryTarget(
  { connect, grpc }: Spillway,
  door: Door,
  { binary, json }: { readonly binary: Uint8Array; readonly json: string },
): LoadTarget {
  switch (door) {
    case "gRPC":
      return {
        url: `${grpc}${method}`,
        http: "2",
        headers: { "content-type": "application/grpc", te: "trailers" },
        body: frame(binary),
      };
    case "Connect JSON":
      return {
        url: `${connect}${method}`,
        http: "1.1",
        headers: { "content-type": "application/json" },
        body: Buffer.from(json),
      };
    case "Connect binary":
    case "Connect binary, HTTP/2":
      return {
        url: `${connect}${method}`,
        http: door === "Connect binary" ? "1.1" : "2",
        headers: { "content-type": "application/proto" },
        body: binary,
      };
  }
}

/** A message as gRPC, and Connect in streams, write it: not compressed, its length in four bytes, itself. */
export function frame(message: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(5 + message.length);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
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
