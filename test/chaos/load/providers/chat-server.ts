import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How a provider can be dead. */
export const deaths = [
  "refuses",
  "resets",
  "black hole",
  "slow headers",
  "hangs after headers",
  "answers 500",
  "answers 503, Retry-After 2 s",
  "answers 429",
  "sends a page under 200",
  "breaks off its JSON",
] as const;

/** One of them. */
export type Death = (typeof deaths)[number];

/** A provider's server that answers chats, and can die and come back. */
export interface ChatServer {
  readonly url: string;
  /** How many requests have come. */
  readonly requests: number;
  die(death: Death): Promise<void>;
  recover(): Promise<void>;
}

/** Starts one on a free port of loopback. It answers after `delayMs`. */
export async function startChatServer(delayMs: number): Promise<ChatServer> {
  let death: Death | undefined;
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    requests++;
    incoming.resume();
    incoming.once("end", () => {
      if (death === undefined) setTimeout(() => send(response, 200, completion), delayMs);
      else misbehave(death, incoming, response);
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  const { port } = address;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    get requests() {
      return requests;
    },
    async die(how) {
      death = how;
      if (how !== "refuses") return;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async recover() {
      // What hung is gone, as when a server starts again.
      for (const socket of sockets) socket.destroy();
      if (death === "refuses") await listen(port);
      death = undefined;
    },
  };
}

/** Longer than anybody waits. */
const lateMs = 30_000;

function misbehave(death: Death, { socket }: IncomingMessage, response: ServerResponse): void {
  switch (death) {
    case "refuses":
    case "resets":
      socket.resetAndDestroy();
      break;
    case "black hole":
      break;
    case "slow headers":
      setTimeout(() => send(response, 200, completion), lateMs).unref();
      break;
    case "hangs after headers":
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      break;
    case "answers 500":
      send(response, 500, trouble);
      break;
    case "answers 503, Retry-After 2 s":
      send(response, 503, trouble, { "retry-after": "2" });
      break;
    case "answers 429":
      send(response, 429, trouble);
      break;
    case "sends a page under 200":
      send(response, 200, "<!doctype html><title>Hello</title>", { "content-type": "text/html" });
      break;
    case "breaks off its JSON":
      response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
      response.write(completion.slice(0, 40), () => socket.end());
  }
}

const trouble = '{"error":{"message":"Bad day"}}';

const completion = JSON.stringify({
  id: "chat-1",
  model: "boat",
  choices: [{ index: 0, message: { role: "assistant", content: "Ahoy" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
});

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body);
}
