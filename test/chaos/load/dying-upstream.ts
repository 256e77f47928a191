import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How a provider is dead. */
export type Death = "refuse" | "black hole" | "500s" | "resets";

/** A provider's server that answers chats after 20 ms, and can die and come back. */
export interface DyingUpstream {
  readonly url: string;
  /** How many requests have come. */
  readonly requests: number;
  die(death: Death): Promise<void>;
  recover(): Promise<void>;
  close(): Promise<void>;
}

/** Starts one on a free port of loopback. */
export async function startDyingUpstream(): Promise<DyingUpstream> {
  let death: Death | undefined;
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    requests++;
    incoming.resume();
    incoming.once("end", () => answer(death, incoming, response));
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
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
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
      if (how === "refuse") await stop();
    },
    async recover() {
      const wasDeaf = death === "refuse";
      death = undefined;
      if (wasDeaf) await listen(port);
    },
    close: async () => {
      if (server.listening) await stop();
    },
  };
}

const completion = JSON.stringify({
  id: "chat-1",
  model: "boat",
  choices: [{ index: 0, message: { role: "assistant", content: "Ahoy" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
});

function answer(death: Death | undefined, { socket }: IncomingMessage, response: ServerResponse) {
  switch (death) {
    case undefined:
      setTimeout(() => send(response, 200, completion), 20);
      break;
    case "500s":
      send(response, 500, '{"error":{"message":"Bad day"}}');
      break;
    case "resets":
    case "refuse":
      socket.resetAndDestroy();
      break;
    case "black hole":
      break;
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body);
}
