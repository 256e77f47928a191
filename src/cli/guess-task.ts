import { Code, ConnectError } from "@connectrpc/connect";
import { Operation } from "../../gen/spillway/v1/provider_pb.ts";
import type { GatewayClient } from "./client.ts";
import type { TaskKind } from "./task-options.ts";

/**
 * Guesses what a model is for: a chat when the catalogue says that it chats and
 * makes no images from words, else images. A provider before the first slash is
 * looked past.
 */
export async function guessTask(
  client: GatewayClient,
  model: string,
  signal: AbortSignal,
): Promise<TaskKind> {
  for (const id of new Set([model, model.slice(model.indexOf("/") + 1)])) {
    try {
      const response = await client.getModel({ id }, { signal });
      const operations = response.model?.operations ?? [];
      const draws = operations.includes(Operation.TEXT_TO_IMAGE);
      return operations.includes(Operation.CHAT) && !draws ? "chat" : "image";
    } catch (error) {
      if (ConnectError.from(error).code !== Code.NotFound) throw error;
    }
  }
  return "image";
}
