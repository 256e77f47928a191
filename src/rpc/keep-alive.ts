import type { ServerHttp2Session } from "node:http2";
import type { Clock } from "../domain/clock.ts";

/** How often a connection is asked whether its client is still there, in milliseconds. */
export const pingEveryMs = 30_000;

/** How long it has to answer, in milliseconds. */
export const pingTimeoutMs = 10_000;

/**
 * Closes an HTTP/2 connection whose client vanished without a word, so that the work
 * for it ends. Returns the way to stop asking.
 */
export function keepAlive(session: ServerHttp2Session, clock: Clock): () => void {
  let stop = clock.timer(pingEveryMs, ask);
  return () => stop();

  function ask(): void {
    stop = clock.timer(pingTimeoutMs, () => session.destroy());
    session.ping(() => {
      stop();
      if (!session.destroyed) stop = clock.timer(pingEveryMs, ask);
    });
  }
}
