import { once } from "node:events";
import type { ServerHttp2Session } from "node:http2";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { keepAlive, pingEveryMs, pingTimeoutMs } from "../../src/rpc/keep-alive.ts";
import { manualClock } from "../support/manual-clock.ts";
import { startTestServer } from "./support/test-server.ts";

function watched() {
  const clock = manualClock();
  const answers: (() => void)[] = [];
  let destroyed = false;
  const session = {
    ping: (callback: () => void) => answers.push(callback),
    destroy: () => {
      destroyed = true;
    },
    get destroyed() {
      return destroyed;
    },
  } as unknown as ServerHttp2Session;
  const connection = {
    isCut: false,
    destroy() {
      this.isCut = true;
    },
  };
  const stop = keepAlive(session, connection, clock);
  return { clock, answers, stop, session, connection, isDestroyed: () => destroyed };
}

describe("the watch over a connection of HTTP/2", () => {
  it("asks again and again as long as the client answers", async () => {
    const { clock, answers, isDestroyed } = watched();
    for (const round of [1, 2, 3]) {
      await clock.advance(pingEveryMs);
      expect(answers).toHaveLength(round);
      answers.at(-1)?.();
    }
    await clock.advance(pingTimeoutMs);
    expect(isDestroyed()).toBe(false);
  });

  it("closes the connection of a client that does not answer", async () => {
    const { clock, connection, isDestroyed } = watched();
    await clock.advance(pingEveryMs + pingTimeoutMs - 1);
    expect(isDestroyed()).toBe(false);
    await clock.advance(1);
    expect(isDestroyed()).toBe(true);
    expect(connection.isCut).toBe(true);
  });

  it("asks nothing of a connection that is over, and cuts it where its client does not", async () => {
    const { clock, answers, session, connection } = watched();
    session.destroy();
    await clock.advance(pingEveryMs);
    expect(answers).toEqual([]);
    expect(connection.isCut).toBe(true);
  });

  it.each(["url", "grpcUrl"] as const)(
    "outlives a client of the %s that says farewell and does not hang up",
    async (listener) => {
      const clock = manualClock();
      const server = await startTestServer({ clock });
      const { port } = new URL(server[listener]);
      const client = connect({ port: Number(port), allowHalfOpen: true });
      client.on("error", () => {});
      client.write(
        Buffer.concat([
          Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
          Buffer.from([...[0, 0, 0, 4, 0, 0, 0, 0, 0], ...[0, 0, 0, 4, 1, 0, 0, 0, 0]]),
          Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, ...Array(8).fill(0)]),
        ]),
      );
      client.resume();
      await once(client, "end");
      await clock.advance(pingEveryMs);
      const knocking = setInterval(() => client.write("are you there?"), 5);
      await new Promise((resolve) => client.once("close", resolve));
      clearInterval(knocking);
    },
  );

  it("asks no more once it is stopped", async () => {
    const { clock, answers, stop } = watched();
    stop();
    await clock.advance(10 * pingEveryMs);
    expect(answers).toEqual([]);
  });
});
