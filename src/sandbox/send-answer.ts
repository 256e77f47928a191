import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Answer } from "./vendor.ts";

/**
 * Sends an answer. With `cut` the connection breaks in the middle of it: a body
 * after its first half, a stream after two events and the first half of a third.
 */
export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  cut: boolean,
): Promise<void> {
  if (answer.kind === "stream") return sendStream(response, answer, cut);
  const bytes =
    answer.kind === "bytes"
      ? answer.bytes
      : Buffer.from(JSON.stringify(answer.value) + (answer.tail ?? ""));
  response.writeHead(answer.status, {
    ...answer.headers,
    "content-type": answer.contentType ?? "application/json",
    "content-length": bytes.length,
  });
  if (cut) await breakOff(response, bytes.subarray(0, bytes.length / 2));
  else response.end(bytes);
}

async function sendStream(
  response: ServerResponse,
  answer: Extract<Answer, { kind: "stream" }>,
  cut: boolean,
): Promise<void> {
  response.writeHead(200, {
    "cache-control": "no-cache",
    ...answer.headers,
    "content-type": answer.headers?.["content-type"] ?? "text/event-stream",
  });
  response.flushHeaders();
  let held: string | undefined;
  let sent = 0;
  for await (const frame of answer.frames) {
    if (response.destroyed) return;
    if (cut && held !== undefined) {
      if (sent === 2) return breakOff(response, held.slice(0, held.length / 2));
      response.write(held);
      sent++;
    }
    if (cut) held = frame;
    else if (!response.write(frame)) await drained(response);
  }
  if (held !== undefined) return breakOff(response, held.slice(0, held.length / 2));
  response.end();
}

/** Sends the beginning, makes sure that it is on its way, and destroys the connection. */
async function breakOff(response: ServerResponse, beginning: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => response.write(beginning, () => resolve()));
  response.destroy();
}

async function drained(response: ServerResponse): Promise<void> {
  const closed = new AbortController();
  const stop = (): void => closed.abort();
  response.once("close", stop);
  await once(response, "drain", { signal: closed.signal }).catch(() => undefined);
  response.off("close", stop);
}
