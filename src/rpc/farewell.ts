import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { setImmediate as loopTurn } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";

/** How the connections of HTTP/1.1 come to their end without a request being lost. */
export interface Farewell {
  /** An answer is about to be made. */
  answering(response: ServerResponse): void;
  /** A connection ends at once, with every answer that is being made or waits on it. */
  cut(connection: Duplex): void;
  /** Nobody connects any more, and every answer is its connection's last. */
  begin(): void;
  /** There are no connections any more. */
  end(): void;
}

/**
 * How long no request may come on any connection before those without one are
 * closed, in milliseconds.
 */
export const quietMs = 250;

/**
 * HTTP/1.1 has no word for "send no more" but the header of an answer. So whoever
 * waits for an answer is told with it, also when the request came before the
 * farewell began; and a connection on which nothing happens is closed only when
 * nothing happens on any: a client that has much to ask uses them all until then, and
 * hears with the answers. That ends, since nobody connects any more.
 */
export function farewell(clock: Clock, closeIdle: () => void): Farewell {
  const open = new Set<ServerResponse>();
  let begun = false;
  let over = false;
  let lastAt = Number.NEGATIVE_INFINITY;
  let cancelTimer = () => {};

  function closeAfter(ms: number): void {
    cancelTimer = clock.timer(ms, async () => {
      // A busy process reads what has come meanwhile before it closes anything.
      await loopTurn();
      if (over) return;
      const leftMs = lastAt + quietMs - clock.monotonic();
      if (leftMs > 0) {
        closeAfter(leftMs);
        return;
      }
      over = true;
      closeIdle();
    });
  }

  return {
    answering(response) {
      if (begun) announce(response);
      lastAt = clock.monotonic();
      open.add(response);
      response.once("close", () => {
        open.delete(response);
        if (over) closeIdle();
      });
    },
    cut(connection) {
      connection.destroy();
      for (const response of open) if (response.req.socket === connection) response.destroy();
    },
    begin() {
      begun = true;
      for (const response of open) if (!response.headersSent) announce(response);
      closeAfter(quietMs);
    },
    end() {
      over = true;
      cancelTimer();
    },
  };
}

function announce(response: ServerResponse): void {
  response.setHeader("connection", "close");
}
