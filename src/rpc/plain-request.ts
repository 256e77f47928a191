import type { HttpRequest } from "./connect-service.ts";
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

/** The deadline of a Connect call in milliseconds, if it has one. */
export function connectTimeoutOf(
  { headers }: HttpRequest,
  { maxCallTimeoutMs }: Limits,
): number | undefined | Unreadable {
  const header = headers["connect-timeout-ms"];
  if (header === undefined) return undefined;
  const timeoutMs = wholeNumber(header);
  return timeoutMs === undefined || timeoutMs > maxCallTimeoutMs ? "unreadable" : timeoutMs;
}

/** Reads a number of at most ten digits. */
export function wholeNumber(text: string | string[] | undefined): number | undefined {
  return typeof text === "string" && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
