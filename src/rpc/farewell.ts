import type { ServerResponse } from "node:http";
import { setImmediate as loopTurn } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";

/** How the connections of HTTP/1.1 come to their end without a request being lost. */
export interface Farewell {
  /** An answer is about to be made. */
  answering(response: ServerResponse): void;
  /** Every answer from now on is its connection's last. */
  begin(): void;
  /** Nobody comes any more: closes in a moment what is idle by then. */
  closeSoon(): void;
  /** There are no connections any more. */
  end(): void;
}

/**
 * How long a connection without a request is kept open for one that may be on its
 * way, in milliseconds.
 */
export const lastRequestMs = 250;

/**
 * HTTP/1.1 has no word for "send no more" but the header of an answer. So whoever
 * waits for an answer is told with it, also when the request came before the
 * farewell began; and a connection on which nothing happens is closed a moment
 * later only: a client that uses it often sends its next request until then, and
 * hears with the answer.
 */
export function farewell(clock: Clock, closeIdle: () => void): Farewell {
  const open = new Set<ServerResponse>();
  let begun = false;
  let over = false;
  let cancelTimer = () => {};
  return {
    answering(response) {
      if (begun) announce(response);
      open.add(response);
      response.once("close", () => {
        open.delete(response);
        if (over) closeIdle();
      });
    },
    begin() {
      begun = true;
      for (const response of open) if (!response.headersSent) announce(response);
    },
    closeSoon() {
      cancelTimer = clock.timer(lastRequestMs, async () => {
        // A busy process reads what has come meanwhile before it closes anything.
        await loopTurn();
        over = true;
        closeIdle();
      });
    },
    end: () => cancelTimer(),
  };
}

function announce(response: ServerResponse): void {
  response.setHeader("connection", "close");
}
