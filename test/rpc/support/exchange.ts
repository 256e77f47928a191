import { request as http1Request } from "node:http";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { afterEach } from "vitest";

/** One request, raw. */
export interface Sent {
  readonly path: string;
  /** POST unless given. */
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** Whether it says how long its body is. It does unless this is false. */
  readonly sized?: boolean | undefined;
}

/** The answer, raw. */
export interface Received {
  readonly status: number;
  /** Without their date. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** As Latin-1. */
  readonly body: string;
}

/** Sends a request and receives the answer. */
export type Exchange = (url: string, sent: Sent) => Promise<Received>;

/** Over HTTP/1.1. */
export const http1: Exchange = (url, { path, method = "POST", sized = true, ...sent }) =>
  new Promise((resolve, reject) => {
    const body = Buffer.from(sent.body ?? "");
    const length = sized
      ? { "content-length": String(body.length) }
      : { "transfer-encoding": "chunked" };
    const headers = { ...sent.headers, ...length };
    const request = http1Request(url + path, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: { ...response.headers, date: "" },
          body: Buffer.concat(chunks).toString("latin1"),
        }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });

const sessions: ClientHttp2Session[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy();
});

/** Over a connection of HTTP/2 of its own. */
export const http2: Exchange = (url, { path, method = "POST", sized = true, ...sent }) =>
  new Promise((resolve, reject) => {
    const session = connectHttp2(url);
    sessions.push(session);
    const body = Buffer.from(sent.body ?? "");
    const stream = session.request({
      ":method": method,
      ":path": path,
      ...sent.headers,
      ...(sized && { "content-length": String(body.length) }),
    });
    let head: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    stream.on("response", (headers) => {
      head = { ...headers, date: "" };
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("end", () =>
      resolve({
        status: Number(head[":status"]),
        headers: head,
        body: Buffer.concat(chunks).toString("latin1"),
      }),
    );
    stream.end(body);
  });
