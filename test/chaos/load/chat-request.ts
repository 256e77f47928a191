import { Role } from "../../../gen/spillway/v1/chat_pb.ts";
import type { RequestInit } from "./grpc-calls.ts";

/** Asks the model "boat" for a chat. */
export const chatWithBoat = {
  model: "boat",
  task: {
    case: "chat" as const,
    value: {
      messages: [{ role: Role.USER, parts: [{ part: { case: "text" as const, value: "Hello" } }] }],
    },
  },
} satisfies RequestInit;
