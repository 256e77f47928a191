import type { LookupFunction } from "node:net";
import type { Dispatcher } from "undici";
import type { Clock } from "../domain/clock.ts";
import type { Endpoint } from "../providers/endpoint.ts";
import type { HttpBody, HttpCall } from "../providers/http-call.ts";
import type { ConnectOptions } from "./connection-pool.ts";
import { openPool } from "./connection-pool.ts";
import { credentialHeader } from "./credentials.ts";
import { createDownloader } from "./download.ts";
import { readEvents } from "./event-reader.ts";
import type { FailedExchange } from "./exchange-failure.ts";
import { GoogleTokens } from "./google-tokens.ts";
import { performExchange } from "./http-exchange.ts";
import { encodeJsonBody } from "./json-body.ts";
import { encodeMultipart } from "./multipart-body.ts";
import { presentGoogleToken, type SendWith } from "./present-google-token.ts";
import type { ReplyOptions } from "./reply-reader.ts";
import { readReply } from "./reply-reader.ts";
import { sniffBody } from "./stream-sniffer.ts";
import type { Exchange, ExchangeResult, StreamResult, Transport } from "./transport.ts";

/** How a transport is set up. Every option but the clock has a default. */
export interface TransportOptions {
  /** Spillway's version, for the user-agent header. */
  readonly version?: string | undefined;
  /** By what time access tokens end. */
  readonly clock: Clock;
  /** Opens what carries requests to an origin, in place of a pool of connections. Downloads do not use it. */
  readonly dispatcherFor?: ((origin: string) => Dispatcher) | undefined;
  /** How connections are made: certificate authorities to trust, the time that a connection has. */
  readonly connect?: ConnectOptions | undefined;
  /** Resolves names. Default: the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
  /** The most bytes of an answer, and of one event of a stream, decoded. Default 256 MiB. */
  readonly maxReplyBytes?: number | undefined;
}

/** Makes the transport that real traffic goes over: HTTP/1.1 by undici, one pool for each origin. */
export function createTransport(options: TransportOptions): Transport {
  const maxBytes = options.maxReplyBytes ?? 256 * 1024 * 1024;
  const connect = { ...options.connect, ...(options.lookup && { lookup: options.lookup }) };
  const dispatcherFor = options.dispatcherFor ?? ((origin: string) => openPool(origin, connect));
  const userAgent = options.version === undefined ? "spillway" : `spillway/${options.version}`;
  const dispatchers = new Map<string, Dispatcher>();
  const bases = new Map<string, Base>();
  let closing: Promise<void> | undefined;
  const googleTokens = new GoogleTokens(options.clock);
  const downloader = createDownloader({ connect, lookup: options.lookup, userAgent });

  /** What a base URL comes to; there are as many as endpoints, and they are looked up at every call. */
  function baseOf(endpoint: Endpoint): Base {
    let base = bases.get(endpoint.baseUrl);
    if (base === undefined) {
      const { origin, pathname } = new URL(endpoint.baseUrl);
      let dispatcher = dispatchers.get(origin);
      if (dispatcher === undefined) {
        dispatcher = dispatcherFor(origin);
        dispatchers.set(origin, dispatcher);
      }
      base = { origin, dispatcher, prefix: pathname.replace(/\/+$/, "") };
      bases.set(endpoint.baseUrl, base);
    }
    return base;
  }

  /** Sends a request with its credential. Only one of Google's has to be fetched first. */
  function present<Result extends ExchangeResult | StreamResult>(
    exchange: Exchange,
    send: SendWith<Result>,
  ): Promise<Result | FailedExchange> {
    const { endpoint, key } = exchange;
    const scheme = endpoint.provider.credential;
    if (scheme.kind === "google_oauth") return presentGoogleToken(googleTokens, exchange, send);
    const header = credentialHeader(scheme, key, endpoint.settings);
    return send(header === undefined ? {} : { [header.name]: header.value });
  }

  function request(
    exchange: Exchange,
    base: Base,
    accept: string,
    credential: Readonly<Record<string, string>>,
  ): Dispatcher.DispatchOptions {
    const { call } = exchange;
    const body = encodeBody(call.body);
    const headers: Record<string, string> = {
      "user-agent": userAgent,
      accept,
      ...call.headers,
      ...exchange.headers,
      "accept-encoding": "identity",
    };
    if (body !== undefined) headers["content-type"] = body.contentType;
    Object.assign(headers, credential);
    return {
      origin: base.origin,
      path: base.prefix + call.path || "/",
      method: call.method,
      headers,
      body: body?.bytes ?? null,
    };
  }

  function readingOf({ media, expects }: HttpCall): ReplyOptions {
    return { maxBytes, media, expectsImage: expects === "image" };
  }

  return {
    call(exchange): Promise<ExchangeResult> {
      const base = baseOf(exchange.endpoint);
      const reading = readingOf(exchange.call);
      return present<ExchangeResult>(exchange, (credential) =>
        performExchange(
          base.dispatcher,
          request(exchange, base, "application/json", credential),
          exchange.signal,
          (head, control) => readReply(head, control, reading),
        ),
      );
    },
    stream(exchange, onEvent): Promise<StreamResult> {
      const base = baseOf(exchange.endpoint);
      const reading = readingOf(exchange.call);
      return present<StreamResult>(exchange, (credential) =>
        performExchange<StreamResult>(
          base.dispatcher,
          request(exchange, base, "text/event-stream, application/json", credential),
          exchange.signal,
          (head, control) => {
            if (head.status > 299) return readReply(head, control, reading);
            if (isEventStream(head.headers["content-type"])) {
              return readEvents(head, control, onEvent, reading);
            }
            return sniffBody((kind) =>
              kind === "events"
                ? readEvents(head, control, onEvent, reading)
                : readReply(head, control, reading),
            );
          },
        ),
      );
    },
    download: (download) => downloader.download(download),
    close() {
      closing ??= Promise.all([
        downloader.close(),
        ...Array.from(dispatchers.values(), (dispatcher) => dispatcher.close()),
      ]).then(() => {});
      return closing;
    },
  };
}

/** Where an endpoint is, taken apart. */
interface Base {
  readonly origin: string;
  readonly dispatcher: Dispatcher;
  /** The path that every call's path follows, without a slash at the end. */
  readonly prefix: string;
}

function encodeBody(
  body: HttpBody | undefined,
): { bytes: Buffer; contentType: string } | undefined {
  switch (body?.kind) {
    case undefined:
      return undefined;
    case "json":
      return { bytes: encodeJsonBody(body.value), contentType: "application/json" };
    case "multipart":
      return encodeMultipart(body.parts);
  }
}

function isEventStream(contentType: string | undefined): boolean {
  return contentType?.trim().toLowerCase().startsWith("text/event-stream") === true;
}
