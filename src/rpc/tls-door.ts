import type { Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { Clock } from "../domain/clock.ts";
import type { TlsIdentity } from "../domain/tls-identity.ts";
import { quietMs } from "./farewell.ts";

/** Takes a connection that speaks TLS. `raw` is the one that carries it. */
export type TakeSecured = (socket: TLSSocket, raw: Socket) => void;

/** Where connections come in that are to speak TLS. */
export interface TlsDoor {
  enter(raw: Socket): void;
  /** Nobody enters any more: who has not agreed a little later is let go. */
  drain(): void;
}

/**
 * Agrees on TLS with whoever connects, and hands the connection on with the version of
 * HTTP that was agreed on (ALPN, RFC 7301): "h2", or else HTTP/1.1. TLS 1.2 is the least.
 * `identity` is asked for at each connection, so that it can be renewed. Who has not
 * agreed after `timeoutMs` is let go.
 */
export function tlsDoor(
  identity: () => TlsIdentity,
  take: TakeSecured,
  clock: Clock,
  timeoutMs: number,
): TlsDoor {
  let current = identity();
  // It listens to nothing: it is handed the connections of a server that does.
  const server = createServer({ ...contextOf(current), ALPNProtocols: ["h2", "http/1.1"] });
  // It does not tell which connection carries one that it has secured.
  const agreeing = new Map<string, Agreeing>();
  server.on("secureConnection", (socket) => {
    const peer = peerOf(socket);
    const found = agreeing.get(peer);
    if (found === undefined) return void socket.destroy();
    agreeing.delete(peer);
    found.cancelTimeout();
    socket.on("error", ignore);
    take(socket, found.raw);
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  const enter = (raw: Socket): void => {
    const next = identity();
    if (next !== current) server.setSecureContext(contextOf(next));
    current = next;
    const peer = peerOf(raw);
    const cancelTimeout = clock.timer(timeoutMs, () => raw.destroy());
    const entry = { raw, cancelTimeout };
    agreeing.set(peer, entry);
    raw.on("error", ignore);
    raw.once("close", () => {
      cancelTimeout();
      if (agreeing.get(peer) === entry) agreeing.delete(peer);
    });
    server.emit("connection", raw);
  };
  return {
    enter,
    drain() {
      clock.timer(quietMs, () => {
        for (const { raw } of agreeing.values()) raw.destroy();
      });
    },
  };
}

/** A connection on which TLS is being agreed on. */
interface Agreeing {
  readonly raw: Socket;
  readonly cancelTimeout: () => void;
}

function contextOf({ certificate, key }: TlsIdentity) {
  return { cert: certificate, key: key.reveal(), minVersion: "TLSv1.2" } as const;
}

/** No two connections to one address have the same. */
function peerOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

// An error closes the connection as well, and that is all there is to do about it.
function ignore(): void {}
