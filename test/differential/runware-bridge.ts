import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";

/** Where Runware's client may connect to. */
export interface RunwareBridge extends AsyncDisposable {
  /** "ws://127.0.0.1:PORT". */
  readonly url: string;
  /** Resolves when the first list of tasks has been passed on. */
  readonly passedOn: Promise<void>;
}

/**
 * A WebSocket server on loopback that passes each frame on as the body of a POST, and
 * the answer back as a frame. Runware takes the same lists of tasks by both ways, and
 * its client npm `@runware/sdk-js` speaks the one only. The key that the client
 * presents in its first frame goes along as a header; `asksForKey` says whether that
 * frame is passed on as well, or answered here. Pings are answered here.
 */
export async function openRunwareBridge(target: string, asksForKey = true): Promise<RunwareBridge> {
  const server: Server = createServer();
  const sockets = new WebSocketServer({ server });
  const passed = Promise.withResolvers<void>();
  sockets.on("connection", (socket) => {
    let key = "";
    socket.on("message", async (frame) => {
      const [task] = JSON.parse(String(frame));
      if (task.taskType === "ping") return send(socket, [{ taskType: "ping", pong: true }]);
      if (task.taskType === "authentication") {
        key = task.apiKey;
        const session = { taskType: "authentication", connectionSessionUUID: "session" };
        if (!asksForKey) return send(socket, [session]);
      }
      const answer = await fetch(target, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
        body: String(frame),
      });
      socket.send(await answer.text());
      if (task.taskType !== "authentication") passed.resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    passedOn: passed.promise,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
    },
  };
}

/** The part of `ws` that is used here: the client's own dependency, which has no types. */
interface Socket {
  on(event: "message", listener: (frame: Buffer) => void): void;
  send(text: string): void;
  terminate(): void;
}

interface SocketServer {
  readonly clients: Iterable<Socket>;
  on(event: "connection", listener: (socket: Socket) => void): void;
}

const { WebSocketServer } = createRequire(import.meta.resolve("@runware/sdk-js"))("ws") as {
  readonly WebSocketServer: new (options: { readonly server: Server }) => SocketServer;
};

function send(socket: Socket, data: readonly object[]): void {
  socket.send(JSON.stringify({ data }));
}
