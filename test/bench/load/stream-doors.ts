import { create, fromBinary, fromJsonString, toBinary, toJsonString } from "@bufbuild/protobuf";
import {
  StreamGenerateRequestSchema,
  type StreamGenerateResponse,
  StreamGenerateResponseSchema,
} from "../../../gen/spillway/v1/generate_pb.ts";
import type { Spillway } from "../systems/spillway.ts";
import type { Answer, Contender } from "../systems/system.ts";
import { frame } from "./doors.ts";
import { deltas, type StreamJob } from "./jobs.ts";

/** A protocol of Spillway for streams, on one of its listeners. */
export type StreamDoor = "gRPC" | "Connect JSON" | "Connect binary";

const method = "/spillway.v1.GatewayService/StreamGenerate";

/** A StreamGenerate through one of Spillway's doors. The right answer has every delta, and an end. */
export function spillwayStreamContender(
  spillway: Spillway,
  door: StreamDoor,
  job: StreamJob,
): Contender {
  const message = create(StreamGenerateRequestSchema, job.spillway);
  const binary = frame(toBinary(StreamGenerateRequestSchema, message));
  const json = frame(Buffer.from(toJsonString(StreamGenerateRequestSchema, message)));
  const name = `${spillway.name}, ${door}`;
  return {
    name,
    system: spillway,
    target:
      door === "gRPC"
        ? {
            url: `${spillway.grpc}${method}`,
            http: "2",
            headers: { "content-type": "application/grpc", te: "trailers" },
            body: binary,
          }
        : {
            url: `${spillway.connect}${method}`,
            http: "1.1",
            headers: {
              "content-type":
                door === "Connect JSON" ? "application/connect+json" : "application/connect+proto",
            },
            body: door === "Connect JSON" ? json : binary,
          },
    check(answer) {
      const events = eventsOf(door, answer).map(({ event }) => event.case);
      const told = events.filter((event) => event === "textDelta").length;
      if (told !== deltas || events.at(-1) !== "completed")
        throw new Error(`${name}: ${told} deltas, and ${events.at(-1)} at the end`);
    },
  };
}

function eventsOf(door: StreamDoor, { body }: Answer): readonly StreamGenerateResponse[] {
  const events: StreamGenerateResponse[] = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    // The last message of a Connect stream is marked, and tells how it ended.
    if (body.readUInt8(at) === 0) {
      const message = body.subarray(at + 5, end);
      events.push(
        door === "Connect JSON"
          ? fromJsonString(StreamGenerateResponseSchema, message.toString())
          : fromBinary(StreamGenerateResponseSchema, message),
      );
    }
    at = end;
  }
  return events;
}
