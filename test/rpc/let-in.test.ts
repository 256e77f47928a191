import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
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
  // Another process, for whose end this one stands still: all have connected before the
  // server can hear of any. It then hears of one in each turn of the loop.
  const { status } = spawnSync(process.execPath, [
    "-e",
    connectTwenty,
    address.split(":")[1] ?? "",
  ]);
  expect(status).toBe(0);
  expect(entered).toBe(0);
  await letIn(server);
  expect(entered).toBe(20);
  server.close();
});

const connectTwenty = `
  let left = 20;
  const connected = () => --left === 0 && process.exit();
  for (let count = 0; count < 20; count++) {
    require("node:net").createConnection(Number(process.argv[1]), "127.0.0.1", connected);
  }
`;

it("nobody is waited for at a door where nobody is", async () => {
  const server = createServer();
  await listen(server, { host: "127.0.0.1", port: 0 });
  await letIn(server);
  expect(server.listenerCount("connection")).toBe(0);
  server.close();
});
