import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import net from "node:net";
import { onTestFinished } from "vitest";
import { Secret } from "../../src/domain/secret.ts";
import { systemClock } from "../../src/process/system-clock.ts";
import type { Endpoint } from "../../src/providers/endpoint.ts";
import type { EndpointSettings } from "../../src/providers/endpoint-settings.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import type { CredentialScheme } from "../../src/providers/provider.ts";
import type { TransportOptions } from "../../src/transport/http-transport.ts";
import { createTransport } from "../../src/transport/http-transport.ts";
import type { Exchange, Transport } from "../../src/transport/transport.ts";

/** A transport that is closed when the test is over. */
export function transport(options?: Partial<TransportOptions>): Transport {
  const made = createTransport({ clock: systemClock, ...options });
  onTestFinished(() => made.close());
  return made;
}

/** An HTTP server on loopback for the length of a test. Resolves to its origin. */
export async function httpServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${await listening(server)}`;
}

/** A server of bare sockets on loopback for the length of a test. Resolves to its origin. */
export async function socketServer(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${await listening(server)}`;
}

/** Starts a server on a free port of loopback. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/**
 * An origin on loopback that refuses every connection for the length of a test. Its port
 * is one end of a connection, so that nobody listens there and nobody else is given it;
 * that of a server which has closed can be another's a moment later.
 */
export async function refusingOrigin(): Promise<string> {
  const { port } = new URL(await socketServer(() => {}));
  const socket = net.createConnection(Number(port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return `http://127.0.0.1:${socket.localPort}`;
}

/** Reads a request's body. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Answers with JSON once the request was read. */
export function answerJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/** What an endpoint is, as far as the transport looks. */
export interface EndpointParts {
  readonly credential?: CredentialScheme;
  readonly settings?: EndpointSettings;
  readonly sandbox?: boolean;
}

/** An endpoint at an address. */
export function endpointAt(baseUrl: string, parts: EndpointParts = {}): Endpoint {
  return {
    slug: "test",
    provider: {
      type: "test",
      displayName: "Test",
      description: "A provider for tests.",
      kind: "custom",
      websiteUri: "",
      statusPageUri: "",
      defaultBaseUrl: "",
      keyVariable: "",
      credential: parts.credential ?? { kind: "header", name: "authorization", prefix: "Bearer " },
      operations: {},
      failure: () => ({ class: "unknown", delivery: "sent", message: "" }),
    },
    baseUrl,
    keys: [],
    configured: true,
    sandbox: parts.sandbox ?? false,
    operations: [],
    settings: parts.settings ?? {},
  };
}

/** An exchange with an endpoint: a POST of a small JSON body unless something else is said. */
export function exchangeWith(
  baseUrl: string,
  call: Partial<HttpCall> = {},
  rest: Partial<Omit<Exchange, "call">> & { readonly secret?: string } = {},
): Exchange {
  const { secret, ...others } = rest;
  return {
    endpoint: endpointAt(baseUrl),
    call: {
      method: "POST",
      path: "/images/generations",
      body: { kind: "json", value: { prompt: "a lighthouse" } },
      ...call,
    },
    headers: {},
    signal: new AbortController().signal,
    ...(secret === undefined ? {} : { key: new Secret(secret) }),
    ...others,
  };
}

/** A promise and the way to settle it. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
