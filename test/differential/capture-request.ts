import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonValue } from "../../src/domain/json.ts";

/** One HTTP request, as a server saw it. */
export interface CapturedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or undefined when there is no body. */
  readonly body: JsonValue | undefined;
}

/**
 * Lets `call` make one request to a server on loopback and says what arrived
 * there. The server answers 400, so that clients stop; what they make of it is
 * of no interest here. Not exactly one request is an error.
 */
export async function captureRequest(
  call: (origin: string) => PromiseLike<unknown>,
): Promise<CapturedRequest> {
  const captured: CapturedRequest[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const url = new URL(request.url ?? "/", "http://loopback");
    captured.push({
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: text === "" ? undefined : (JSON.parse(text) as JsonValue),
    });
    response.writeHead(400, { "content-type": "application/json" });
    response.end('{"error":{"message":"captured","code":400,"status":"INVALID_ARGUMENT"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await call(`http://127.0.0.1:${port}`).then(undefined, () => undefined);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const [request] = captured;
  if (request === undefined || captured.length > 1) {
    throw new Error(`${captured.length} requests arrived.`);
  }
  return request;
}
