import type { Socket } from "node:net";
import type { Clock } from "../domain/clock.ts";

/** Who takes a connection once its version of HTTP is known. */
export interface ConnectionTakers {
  readonly http1: (socket: Socket) => void;
  readonly http2: (socket: Socket) => void;
}

/**
 * Hands on a connection of a port that takes HTTP/1.1 and HTTP/2 with prior
 * knowledge: it tells them apart by the preface of HTTP/2 (RFC 9113, section 3.4),
 * which no HTTP/1.1 request begins with. One that says nothing for `timeoutMs` is closed.
 */
export function switchProtocol(
  socket: Socket,
  takers: ConnectionTakers,
  clock: Clock,
  timeoutMs: number,
): void {
  let received: Buffer = Buffer.alloc(0);
  const cancelTimeout = clock.timer(timeoutMs, () => socket.destroy());
  socket.on("error", ignore);
  socket.on("data", onData);
  socket.once("end", onEnd);
  socket.once("close", cancelTimeout);

  function onData(chunk: Buffer): void {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const length = Math.min(received.length, preface.length);
    const isPreface = received.compare(preface, 0, length, 0, length) === 0;
    if (isPreface && length < preface.length) return;
    cancelTimeout();
    socket.off("data", onData);
    socket.off("end", onEnd);
    socket.off("close", cancelTimeout);
    socket.pause();
    socket.unshift(received);
    if (isPreface) {
      // HTTP/2 has no half-closed connections. It reads what was put back itself.
      socket.allowHalfOpen = false;
      takers.http2(socket);
    } else {
      takers.http1(socket);
      socket.resume();
    }
  }

  function onEnd(): void {
    socket.end();
  }
}

/** As much of "PRI * HTTP/2.0" as no HTTP/1.1 method begins with. */
const preface = Buffer.from("PRI ");

// An error closes the socket as well, and that is all there is to do about it.
function ignore(): void {}
