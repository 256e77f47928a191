import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createConnection,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { afterEach } from "vitest";

/** A provider's server that does as it is told and notes what it is asked. */
export interface FakeUpstream {
  /** "http://127.0.0.1:PORT/v1": a base_url for the configuration. */
  readonly url: string;
  /** Every request whose head has come, in order. */
  readonly requests: readonly UpstreamRequest[];
  /** How many connections were accepted. */
  readonly connections: number;
  /** What it does with the next requests, one by one; the last act serves all that follow. */
  play(...acts: readonly [Act, ...Act[]]): void;
  /** Waits for the request of this number, from 1, until it has come as far as its act wants it. */
  arrived(number: number): Promise<UpstreamRequest>;
  close(): Promise<void>;
}

/** One request, as it came. */
export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** What came of the body: all of it, unless the act did not wait for it. */
  readonly body: Buffer;
  /** The body as the JSON object that it is. */
  json(): Record<string, unknown>;
  /** Settles when its connection closes, with the time of that on `performance`'s scale. */
  readonly closed: Promise<number>;
}

/** What the server does with one request. */
export interface Act {
  /** Whether it acts on the head, and leaves the body unread. */
  readonly onHead?: boolean;
  play(visit: Visit): void;
}

/** A request that is to be answered, or not. */
export interface Visit {
  readonly request: UpstreamRequest;
  readonly response: ServerResponse;
  readonly socket: Socket;
}

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** Starts a server on a free port of loopback, which is closed after the test. */
export async function startFakeUpstream(...acts: readonly [Act, ...Act[]]): Promise<FakeUpstream> {
  let script: readonly Act[] = acts;
  let position = 0;
  let connections = 0;
  const requests: NotedRequest[] = [];
  const ready: number[] = [];
  const waiting: { readonly number: number; readonly resolve: () => void }[] = [];

  const server = createServer((incoming, response) => {
    const act = script[Math.min(position++, script.length - 1)] as Act;
    const noted = note(incoming);
    const number = requests.push(noted);
    const play = () => {
      ready.push(number);
      for (const waiter of waiting) if (waiter.number === number) waiter.resolve();
      act.play({ request: noted, response, socket: incoming.socket });
    };
    if (act.onHead === true) {
      play();
      return;
    }
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      noted.body = Buffer.concat(chunks);
      play();
    });
  });
  server.on("connection", () => {
    connections++;
  });
  const port = await listen(server);
  const upstream: FakeUpstream = {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    get connections() {
      return connections;
    },
    play(...next) {
      script = next;
      position = 0;
    },
    async arrived(number) {
      if (!ready.includes(number)) {
        await new Promise<void>((resolve) => waiting.push({ number, resolve }));
      }
      return requests[number - 1] as UpstreamRequest;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  running.push(upstream);
  return upstream;
}

/** Starts a server that resets every connection as soon as it is there. Returns its base_url. */
export async function startResettingServer(): Promise<string> {
  const server = createTcpServer((socket) => socket.resetAndDestroy());
  running.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
  return `http://127.0.0.1:${await listen(server)}/v1`;
}

/** A base_url at which nobody listens, and nobody can during the test: it is one end of a connection. */
export async function refusingUrl(): Promise<string> {
  const server = createTcpServer();
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const holder = createConnection(await listen(server), "127.0.0.1");
  const other = await accepted;
  running.push({
    close: () =>
      new Promise((resolve) => {
        holder.destroy();
        other.destroy();
        server.close(() => resolve());
      }),
  });
  return `http://127.0.0.1:${other.remotePort}/v1`;
}

interface NotedRequest extends UpstreamRequest {
  body: Buffer;
}

function note(incoming: IncomingMessage): NotedRequest {
  const { socket } = incoming;
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: incoming.headers,
    body: Buffer.alloc(0),
    json() {
      return JSON.parse(this.body.toString()) as Record<string, unknown>;
    },
    closed: closeOf(socket),
  };
}

/** One connection can bring many requests. */
const closes = new WeakMap<Socket, Promise<number>>();

function closeOf(socket: Socket): Promise<number> {
  let close = closes.get(socket);
  if (close === undefined) {
    close = new Promise((resolve) => {
      socket.once("close", () => resolve(performance.now()));
    });
    closes.set(socket, close);
  }
  return close;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("no TCP address");
      resolve(address.port);
    });
  });
}
