import type { ServerHttp2Session } from "node:http2";
import type { Clock } from "../domain/clock.ts";

/** How often a connection is asked whether its client is still there, in milliseconds. */
export const pingEveryMs = 30_000;

/** How long it has to answer, in milliseconds. */
export const pingTimeoutMs = 10_000;

/**
 * Closes an HTTP/2 connection whose client vanished without a word, so that the work
 * for it ends, or said farewell and holds on to it. Returns the way to stop asking.
 */
export function keepAlive(
  session: ServerHttp2Session,
  connection: { destroy(): void },
  clock: Clock,
): () => void {
  let stop = clock.timer(pingEveryMs, ask);
  return () => stop();

  function ask(): void {
    // One that is over waits for its client to hang up, too.
    if (session.destroyed) {
      connection.destroy();
      return;
    }
    stop = clock.timer(pingTimeoutMs, () => {
      session.destroy();
      connection.destroy();
    });
    session.ping(() => {
      stop();
      if (!session.destroyed) stop = clock.timer(pingEveryMs, ask);
    });
  }
}
