import { Secret } from "../../src/domain/secret.ts";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../../src/domain/task.ts";
import { systemClock } from "../../src/process/system-clock.ts";
import type { Endpoint } from "../../src/providers/endpoint.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import type { CallTarget, Provider } from "../../src/providers/provider.ts";
import { createTransport } from "../../src/transport/http-transport.ts";

/** The key that both sides present. */
export const testKey = "test-key-0123456789";

/** What a call is for, in all comparisons but for what a test changes. */
export function target(upstreamModel: string, change: Partial<CallTarget> = {}): CallTarget {
  return {
    upstreamModel,
    settings: {},
    endUser: "",
    callId: "11111111-2222-4333-8444-555555555555",
    partialImages: 0,
    timeLeftMs: 60_000,
    ...change,
  };
}

/** Sends a call of a provider the way the gateway does. `prefix` is what its base URL has after the origin. */
export function send(
  provider: Provider,
  prefix: string,
  call: HttpCall,
): (origin: string) => Promise<unknown> {
  return async (origin) => {
    const key = new Secret(testKey);
    const endpoint: Endpoint = {
      slug: provider.type,
      provider,
      baseUrl: origin + prefix,
      keys: [key],
      configured: true,
      sandbox: false,
      operations: ["text_to_image", "image_edit", "chat"],
      settings: {},
    };
    const transport = createTransport({ clock: systemClock });
    const signal = new AbortController().signal;
    const exchange = { endpoint, call, key, headers: {}, signal };
    const streamed = call.path.includes(":stream") || asksForStream(call);
    const sent = streamed
      ? await transport.stream(exchange, () => undefined)
      : await transport.call(exchange);
    await transport.close();
    return sent;
  };
}

/** The calls of a provider's dialects for a task, by the operation that the task names. */
export function requestOf(
  provider: Provider,
  task: TextToImageTask | ImageEditTask | ChatTask,
  callTarget: CallTarget,
  streamed = false,
): HttpCall {
  const call = requestFor(provider, task, callTarget, streamed);
  if (call === undefined) throw new Error(`${provider.type} cannot ${task.operation}.`);
  return call;
}

function requestFor(
  { operations }: Provider,
  task: TextToImageTask | ImageEditTask | ChatTask,
  callTarget: CallTarget,
  streamed: boolean,
): HttpCall | undefined {
  switch (task.operation) {
    case "chat":
      return callOf(operations.chat, task, callTarget, streamed);
    case "image_edit":
      return callOf(operations.image_edit, task, callTarget, streamed);
    case "text_to_image":
      return callOf(operations.text_to_image, task, callTarget, streamed);
  }
}

function callOf<T>(
  dialect: Dialect<T> | undefined,
  task: T,
  callTarget: CallTarget,
  streamed: boolean,
): HttpCall | undefined {
  return (streamed ? dialect?.stream : dialect)?.request(task, callTarget);
}

interface Requester<T> {
  request(task: T, target: CallTarget): HttpCall;
}

interface Dialect<T> extends Requester<T> {
  readonly stream?: Requester<T> | undefined;
}

function asksForStream({ body }: HttpCall): boolean {
  if (body?.kind === "multipart") return body.parts.some(({ name }) => name === "stream");
  return body !== undefined && Object.entries(body.value).some(isStreamFlag);
}

function isStreamFlag([name, value]: readonly [string, unknown]): boolean {
  return name === "stream" && value === true;
}
