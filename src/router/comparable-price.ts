import type { Cost } from "../domain/cost.ts";
import type { ModelOffer } from "../domain/model.ts";
import type { ChatTask, Task } from "../domain/task.ts";
import { estimateCost } from "./estimate-cost.ts";

/** How long the answer of a chat is taken to be that does not limit it, in tokens. */
export const assumedOutputTokens = 1_000;

/**
 * The price by which targets are compared for the cheapest: what the task costs at
 * most; an edit without the images that it is given, since not every provider tells
 * what they cost at most; and a chat without a bound with an answer of 1,000 tokens.
 * It is the same question for all, so that the order is right where the sum is not.
 */
export function comparablePrice(cost: Cost, offer: ModelOffer | undefined, task: Task): Cost {
  if (task.operation === "image_edit") {
    return estimateCost(offer, { ...task, images: [], mask: undefined });
  }
  if (task.operation !== "chat" || cost.basis !== "unknown") return cost;
  return estimateCost(offer, bounded(task));
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
