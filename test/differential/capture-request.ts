import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonValue } from "../../src/domain/json.ts";

/** One HTTP request, as a server saw it. */
export interface CapturedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Parsed JSON; of a form, each field as text and the files of each name as a list of
   * their names, types and contents in base64; or undefined when there is no body.
   */
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
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const [type = ""] = (request.headers["content-type"] ?? "").split(";");
    const isForm = type === "multipart/form-data";
    const url = new URL(request.url ?? "/", "http://loopback");
    captured.push({
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(
        Object.entries({
          ...request.headers,
          // The boundary is each writer's own.
          ...(isForm ? { "content-type": type } : {}),
        }).map(([name, value]) => [name, String(value)]),
      ),
      body: isForm ? await readForm(bytes, request.headers) : readJson(bytes),
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

function readJson(bytes: Buffer): JsonValue | undefined {
  return bytes.length === 0 ? undefined : (JSON.parse(bytes.toString("utf8")) as JsonValue);
}

/** By a reader that is neither ours nor the sandbox's. */
async function readForm(bytes: Buffer, headers: IncomingHttpHeaders): Promise<JsonValue> {
  const body = new Uint8Array(bytes);
  const type = { "content-type": headers["content-type"] ?? "" };
  const form = await new Response(body, { headers: type }).formData();
  const parts: Record<string, JsonValue> = {};
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name);
    const read = await Promise.all(values.map(readPart));
    parts[name] = typeof values[0] === "string" && read.length === 1 ? (read[0] ?? "") : read;
  }
  return parts;
}

async function readPart(part: string | File): Promise<JsonValue> {
  if (typeof part === "string") return part;
  const content = Buffer.from(await part.arrayBuffer()).toString("base64");
  return { filename: part.name, type: part.type, content };
}
