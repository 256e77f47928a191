import type { IncomingHttpHeaders } from "node:http";
import { grpcTimeout } from "./grpc-timeout.ts";
import type { HttpRequest } from "./http-messages.ts";
import type { Limits } from "./limits.ts";

/** What is left to connect-node to refuse. */
export type Unreadable = "unreadable";

/** The value of a header of a request, or all its values with commas between. */
export function headerOf({ headers }: HttpRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "object" ? value.join(", ") : value;
}

/** Whether a request says in a readable way which host it is meant for, without which connect-node refuses it. */
export function hasReadableHost(request: HttpRequest): boolean {
  const authority = "authority" in request ? request.authority : request.headers.host;
  return URL.canParse(`http://${authority ?? ""}`);
}

/** Whether a request is over before its end. One of HTTP/2 comes to its end in that case, too. */
export function brokeOff(request: HttpRequest): boolean {
  return "stream" in request && request.stream.aborted;
}

/** The deadline of a Connect call in milliseconds, if it has one: at most the limit. */
export function connectTimeoutOf(
  { headers }: HttpRequest,
  { maxCallTimeoutMs }: Limits,
): number | undefined | Unreadable {
  const header = headers["connect-timeout-ms"];
  if (header === undefined) return undefined;
  const timeoutMs = wholeNumber(header);
  return timeoutMs === undefined ? "unreadable" : Math.min(timeoutMs, maxCallTimeoutMs);
}

/** The deadline of a gRPC or gRPC-Web call in milliseconds, if it has one: at most the limit. */
export function grpcTimeoutOf(
  { "grpc-timeout": header }: IncomingHttpHeaders,
  { maxCallTimeoutMs }: Limits,
): number | undefined | Unreadable {
  const timeoutMs = grpcTimeout(header);
  return typeof timeoutMs === "number" ? Math.min(timeoutMs, maxCallTimeoutMs) : timeoutMs;
}

/** Holds the deadline of a call that connect-node will read to the limit, which it would refuse to pass. */
export function holdTimeout(headers: Headers, { maxCallTimeoutMs }: Limits): void {
  const connectMs = wholeNumber(headers.get("connect-timeout-ms") ?? undefined) ?? 0;
  if (connectMs > maxCallTimeoutMs) headers.set("connect-timeout-ms", String(maxCallTimeoutMs));
  const grpcMs = grpcTimeout(headers.get("grpc-timeout") ?? undefined);
  if (typeof grpcMs === "number" && grpcMs > maxCallTimeoutMs) {
    headers.set("grpc-timeout", `${maxCallTimeoutMs}m`);
  }
}

/** Reads a number of at most ten digits. */
export function wholeNumber(text: string | string[] | undefined): number | undefined {
  return typeof text === "string" && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
