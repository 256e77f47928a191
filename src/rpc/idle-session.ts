import type { ServerHttp2Session } from "node:http2";
import type { Clock } from "../domain/clock.ts";

/**
 * Ends an HTTP/2 connection that has carried no call for `idleMs`, with a
 * GOAWAY, so that its client opens another when it needs one. This also ends
 * connections that dribble a header and never finish it. Returns the way to
 * stop watching.
 */
export function closeWhenIdle(
  session: ServerHttp2Session,
  clock: Clock,
  idleMs: number,
): () => void {
  let streams = 0;
  let cancel = wait();
  session.on("stream", (stream) => {
    if (streams++ === 0) cancel();
    stream.on("close", streamClosed);
  });
  return () => cancel();

  function streamClosed(): void {
    streams--;
    if (streams === 0 && !session.closed) cancel = wait();
  }

  function wait(): () => void {
    return clock.timer(idleMs, () => session.close());
  }
}
