import { createConnection, type Socket } from "node:net";
import { expect, it } from "vitest";
import { manualClock } from "../support/manual-clock.ts";
import { generated } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

it("who waits for an answer when a drain begins hears with it that it is the last", async () => {
  const server = await startTestServer({ drainMs: 10_000, clock: manualClock() });
  const finish = Promise.withResolvers<void>();
  server.gateway.answer(async () => {
    await finish.promise;
    return { kind: "generated", generated: generated() };
  });
  const client = connectTo(server);
  client.ask();
  await expect.poll(() => server.gateway.asked.length).toBe(1);
  const drained = server.drain();
  await doorShut(server);
  finish.resolve();
  await Promise.all([drained, client.closed]);
  expect(client.heads()).toEqual(["200 close"]);
});

it("a request that was on its way when a drain began is answered, as the connection's last", async () => {
  const clock = manualClock();
  const server = await startTestServer({ drainMs: 10_000, clock });
  const client = connectTo(server);
  client.ask();
  await expect.poll(client.heads).toEqual(["200 keep-alive"]);
  const drained = server.drain();
  await doorShut(server);
  await clock.advance(249);
  client.ask();
  await Promise.all([drained, client.closed]);
  expect(client.heads()).toEqual(["200 keep-alive", "200 close"]);
});

it("a connection that has not said anything yet when a drain begins is answered too", async () => {
  const clock = manualClock();
  const server = await startTestServer({ drainMs: 10_000, clock });
  const client = connectTo(server);
  await client.connected;
  const drained = server.drain();
  await doorShut(server);
  await clock.advance(249);
  client.ask();
  await Promise.all([drained, client.closed]);
  expect(client.heads()).toEqual(["200 close"]);
});

/** Waits until nobody can connect any more. */
async function doorShut({ url }: TestServer): Promise<void> {
  const { hostname, port } = new URL(url);
  const knock = () =>
    new Promise((resolve) => {
      const socket = createConnection(Number(port), hostname);
      socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
      socket.once("connect", () => resolve(socket.destroy()));
    });
  await expect.poll(knock).toBe("ECONNREFUSED");
}

const body = '{"model":"gpt-image-2","textToImage":{"prompt":"a boat"}}';
const request = `POST /spillway.v1.GatewayService/Generate HTTP/1.1\r\nhost: any\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

/** One connection of HTTP/1.1, by hand. */
function connectTo({ url }: TestServer) {
  const { hostname, port } = new URL(url);
  const socket: Socket = createConnection(Number(port), hostname);
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  return {
    connected: new Promise((resolve) => socket.once("connect", resolve)),
    closed: new Promise((resolve) => socket.once("close", resolve)),
    ask: () => void socket.write(request),
    /** The status and the `connection` of each answer. */
    heads: () =>
      [...text.matchAll(/HTTP\/1\.1 (\d+)[\s\S]*?\r\nconnection: ([a-z-]+)\r\n/gi)].map(
        ([, status, connection]) => `${status} ${connection}`,
      ),
  };
}
