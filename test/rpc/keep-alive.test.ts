import type { ServerHttp2Session } from "node:http2";
import { describe, expect, it } from "vitest";
import { keepAlive, pingEveryMs, pingTimeoutMs } from "../../src/rpc/keep-alive.ts";
import { manualClock } from "../support/manual-clock.ts";

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
  const stop = keepAlive(session, clock);
  return { clock, answers, stop, isDestroyed: () => destroyed };
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
    const { clock, isDestroyed } = watched();
    await clock.advance(pingEveryMs + pingTimeoutMs - 1);
    expect(isDestroyed()).toBe(false);
    await clock.advance(1);
    expect(isDestroyed()).toBe(true);
  });

  it("asks no more once it is stopped", async () => {
    const { clock, answers, stop } = watched();
    stop();
    await clock.advance(10 * pingEveryMs);
    expect(answers).toEqual([]);
  });
});
