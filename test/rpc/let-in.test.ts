import { once } from "node:events";
import { createConnection, createServer } from "node:net";
import { expect, it } from "vitest";
import { letIn } from "../../src/rpc/let-in.ts";
import { listen } from "../../src/rpc/listen.ts";

it("a door that is about to shut lets in everyone who has connected", async () => {
  const server = createServer();
  const address = await listen(server, { host: "127.0.0.1", port: 0 });
  let entered = 0;
  server.on("connection", (socket) => {
    entered++;
    socket.destroy();
  });
  const port = Number(address.split(":")[1]);
  // The system connects them at once; the server hears of one in each turn of the loop.
  const clients = Array.from({ length: 20 }, () => createConnection(port, "127.0.0.1"));
  const closed = clients.map((client) => once(client.resume(), "close"));
  await letIn(server);
  server.close();
  await Promise.all(closed);
  expect(entered).toBe(20);
});

it("nobody is waited for at a door where nobody is", async () => {
  const server = createServer();
  await listen(server, { host: "127.0.0.1", port: 0 });
  await letIn(server);
  expect(server.listenerCount("connection")).toBe(0);
  server.close();
});
