import { setImmediate as loopTurn } from "node:timers/promises";
import type { HttpRequest } from "./http-messages.ts";

/**
 * Reads no more of a request whose answer has been ended. A client of HTTP/2 is told so
 * after the whole answer (RFC 9113, section 8.1): Node would let that word overtake it.
 */
export function leaveUnread(request: HttpRequest): void {
  if (!("stream" in request) || request.complete) return;
  const { stream } = request;
  stream.once("finish", async () => {
    for (let turn = 0; turn < mostTurns && stream.state.localClose === 0; turn++) await loopTurn();
    if (stream.destroyed) return;
    if (stream.state.localClose === 1) stream.close();
    // Who takes the answer slowly may send on meanwhile: that is thrown away.
    else stream.resume();
  });
}

/** An answer that its connection has room for has left by then. */
const mostTurns = 8;
