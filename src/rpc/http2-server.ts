import {
  constants,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import type { Socket } from "node:net";
import type { TakeStream } from "./grpc-calls.ts";
import { closeWhenIdle } from "./idle-session.ts";
import { keepAlive } from "./keep-alive.ts";
import type { RpcContext } from "./rpc-context.ts";

/** HTTP/2 on connections that someone else accepts. */
export interface Http2Side {
  /** Takes connections by its event "connection". */
  readonly server: Http2Server;
  /** Tells every client to send no more calls. Those that run go on. */
  drain(): void;
}

/** Makes the HTTP/2 side of a listener, with its limits. What `take` does not take is served as a request. */
export function http2Side(
  context: RpcContext,
  take: TakeStream,
  serve: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
): Http2Side {
  const { clock, limits } = context;
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({
    settings: {
      maxConcurrentStreams: limits.maxConcurrentStreams,
      maxHeaderListSize: limits.maxHeaderBytes,
      initialWindowSize: streamWindowBytes,
    },
    maxSessionMemory: maxSessionMegabytes,
    streamResetBurst,
    streamResetRate,
  });
  // It has no connections: it makes requests and responses of streams.
  const requests = createServer(serve);
  server.on("stream", (stream, headers, flags, rawHeaders) => {
    // A client can end any stream with an error, and nothing is to be done about it.
    stream.on("error", ignore);
    // One that it ends with the bytes that begin it is over by now, and can be answered no more.
    if (stream.destroyed || stream.closed) return;
    if (headerBytes(rawHeaders) > limits.maxHeaderBytes) {
      stream.respond({ ":status": 431 }, { endStream: true });
      return;
    }
    if (take(stream, headers)) return;
    const cancel = clock.timer(limits.requestTimeoutMs, () => {
      stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.once("end", cancel);
    stream.once("close", cancel);
    requests.emit("stream", stream, headers, flags, rawHeaders);
  });
  // A session tells everybody but Node not to touch its connection.
  let connection: Socket | undefined;
  server.prependListener("connection", (socket: Socket) => {
    connection = socket;
  });
  let draining = false;
  server.on("session", (session) => {
    sessions.add(session);
    session.setLocalWindowSize(sessionWindowBytes);
    const stopIdle = closeWhenIdle(session, clock, limits.idleTimeoutMs);
    const stopPings = keepAlive(session, connection as Socket, clock);
    session.once("close", () => {
      stopIdle();
      stopPings();
      sessions.delete(session);
    });
    // Who was agreeing on TLS as the drain began has its connection only now.
    if (draining) session.close();
  });
  return {
    server,
    drain() {
      draining = true;
      for (const session of sessions) session.close();
    },
  };
}

/**
 * The size of headers as HTTP/2 counts it (RFC 9113, section 6.5.2). Node
 * enforces the announced limit only once the client has acknowledged it.
 */
function headerBytes(rawHeaders: readonly string[]): number {
  let bytes = rawHeaders.length * 16;
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
}

// HTTP/2's own windows of 64 KiB would make an upload of images wait for each
// round trip.
const streamWindowBytes = 1024 * 1024;
const sessionWindowBytes = 8 * 1024 * 1024;

// Callers that leave end their streams, and a connection can be shared by many of them,
// behind a proxy for example. At Node's defaults (1000 at once, then 33 a second) an
// outage in which they all lose patience would break it off, and all calls with it.
const streamResetBurst = 10_000;
const streamResetRate = 1_000;

// Node counts what waits to be sent, and at its default of 10 MB it refuses new
// calls on a connection on which a few images are on their way.
const maxSessionMegabytes = 1000;

function ignore(): void {}
