import { readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach } from "vitest";

const running: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

afterEach(async () => {
  await Promise.all(
    running.splice(0).map(({ server, sockets }) => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

/** Starts a server that accepts connections and then neither reads nor writes. Returns its base_url. */
export function startBlackHole(): Promise<string> {
  return start(
    createServer({ pauseOnConnect: true }, () => {}),
    "http",
  );
}

/** Starts a server whose certificate nobody has reason to trust. Returns its base_url. */
export function startUntrusted(): Promise<string> {
  const pem = readFileSync("test/transport/fixtures/self-signed.pem");
  return start(createTlsServer({ cert: pem, key: pem }), "https");
}

/** Starts a server that speaks plain HTTP where TLS is expected. Returns its base_url. */
export function startWithoutTls(): Promise<string> {
  return start(
    createServer((socket) =>
      socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    ),
    "https",
  );
}

function start(server: Server, scheme: string): Promise<string> {
  const sockets = new Set<Socket>();
  running.push({ server, sockets });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("no TCP address");
      resolve(`${scheme}://127.0.0.1:${address.port}/v1`);
    });
  });
}
