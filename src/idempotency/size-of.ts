import type { Generated } from "../domain/generated.ts";

/** About how many bytes a result takes: its images and texts, and a little for all the rest. */
export function sizeOf({ output }: Generated): number {
  if (output.kind === "chat") {
    const texts = [
      output.text,
      output.reasoning,
      ...output.toolCalls.map((call) => call.arguments),
    ];
    return restBytes + texts.reduce((sum, text) => sum + text.length, 0);
  }
  let bytes = restBytes;
  for (const { content } of output.images) {
    bytes += content.kind === "bytes" ? content.bytes.length : content.url.length;
  }
  return bytes;
}

const restBytes = 2_048;
