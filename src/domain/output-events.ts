import type { GenerateEvent } from "./generated.ts";
import type { FinishedOutput } from "./output.ts";

/** Tells output that is there all at once as if it had been streamed. */
export function outputEvents(output: FinishedOutput): readonly GenerateEvent[] {
  if (output.kind === "images") {
    return output.images.map((image, index) => ({ kind: "image", index, image }));
  }
  const { reasoning, text, toolCalls } = output;
  return [
    ...(reasoning === "" ? [] : [{ kind: "reasoning" as const, text: reasoning }]),
    ...(text === "" ? [] : [{ kind: "text" as const, text }]),
    ...toolCalls.map((call, index) => ({ kind: "tool_call" as const, index, ...call })),
  ];
}
