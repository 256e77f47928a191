import type { Cost } from "../domain/cost.ts";
import type { ModelOffer } from "../domain/model.ts";
import type { ChatTask, Task } from "../domain/task.ts";
import { estimateCost } from "./estimate-cost.ts";

/** How long the answer of a chat is taken to be that does not limit it, in tokens. */
export const assumedOutputTokens = 1_000;

/**
 * The price by which targets are compared for the cheapest: what the task costs
 * at most, and where that has no bound, what it would cost without the images that
 * the model is given, and a chat with an answer of 1,000 tokens. It is the same
 * question for all, so that the order is right where the sum is not.
 */
export function comparablePrice(cost: Cost, offer: ModelOffer | undefined, task: Task): Cost {
  if (cost.basis !== "unknown" || offer === undefined) return cost;
  if (task.operation === "chat") return estimateCost(offer, bounded(task));
  if (task.operation !== "image_edit") return cost;
  return estimateCost(offer, { ...task, images: [], mask: undefined });
}

function bounded(task: ChatTask): ChatTask {
  return {
    ...task,
    maxOutputTokens: task.maxOutputTokens ?? assumedOutputTokens,
    messages: task.messages.map((message) => ({
      ...message,
      parts: message.parts.filter(({ kind }) => kind !== "image"),
    })),
  };
}
