import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../domain/clock.ts";
import type { JsonValue } from "../domain/json.ts";
import { sandboxFaultHeader } from "../domain/sandbox-fault.ts";
import { type Fault, type FaultOrder, faultOrder, parseFaults } from "./fault.ts";
import type { FileShelf, ShelfFile } from "./file-shelf.ts";
import { parseForm } from "./multipart-form.ts";
import { asObject } from "./read-json.ts";
import { sendAnswer } from "./send-answer.ts";
import type { Answer, Vendor, Visit } from "./vendor.ts";

/** What it takes to serve a request. */
export interface SandboxHouse {
  readonly vendors: readonly Vendor[];
  readonly files: FileShelf;
  readonly clock: Clock;
  readonly faults: readonly Fault[];
  onSubmission(slug: string): void;
}

/** The largest body that is read, in bytes: what the most generous vendor takes, a file in its form. */
const maxBodyBytes = 101 * 1024 * 1024;

/** Serves one request: finds the vendor, reads the body, applies the ordered faults, sends the answer. */
export async function serveVisit(
  request: IncomingMessage,
  response: ServerResponse,
  house: SandboxHouse,
): Promise<void> {
  const left = new AbortController();
  response.once("close", () => left.abort());
  response.on("error", () => left.abort());
  response.setHeader("x-spillway-sandbox", "true");
  try {
    const answer = await receive(request, left.signal, house);
    if (answer === undefined) response.destroy();
    else if (!left.signal.aborted) await sendAnswer(response, answer.answer, answer.cut);
  } catch (error) {
    // A client that leaves in mid-body or mid-answer is no error of the sandbox.
    if (left.signal.aborted || !request.complete || response.headersSent) return;
    response.writeHead(500, { "content-type": "text/plain" }).end(`sandbox: ${String(error)}`);
  }
}

interface Reaction {
  readonly answer: Answer;
  /** Whether the connection breaks in the middle of it. */
  readonly cut: boolean;
}

/** Works out the answer. Undefined means: break the connection. */
async function receive(
  request: IncomingMessage,
  signal: AbortSignal,
  house: SandboxHouse,
): Promise<Reaction | undefined> {
  const url = new URL(request.url ?? "/", "http://sandbox");
  const file = house.files.get(decodeURIComponent(url.pathname));
  if (file !== undefined) return { answer: sendFile(request, file, house.clock.now()), cut: false };

  const vendor = house.vendors.find((candidate) => within(url.pathname, candidate.basePath));
  if (vendor === undefined) {
    return { answer: { kind: "json", status: 404, value: { error: "not found" } }, cut: false };
  }
  const bytes = await readBody(request);
  const ordered = parseFaults(header(request, sandboxFaultHeader) ?? "");
  const form = bytes && parseForm(bytes, header(request, "content-type") ?? "");
  const json = form === undefined && bytes !== undefined ? parseJson(bytes) : undefined;
  const base: Visit = {
    method: request.method ?? "GET",
    path: url.pathname.slice(vendor.basePath.length),
    query: url.searchParams,
    header: (name) => header(request, name),
    body: asObject(json),
    list: Array.isArray(json) ? json : undefined,
    form,
    signal,
    order: { delayMs: 0 },
  };
  if (bytes === undefined) return { answer: vendor.fail(413, base), cut: false };
  if (typeof ordered === "string") return { answer: vendor.fail(400, base, ordered), cut: false };
  if (!vendor.buys(base)) return { answer: await vendor.answer(base), cut: false };

  house.onSubmission(vendor.slug);
  const order = faultOrder([...ordered, ...house.faults], vendor.slug);
  return misbehave(vendor, { ...base, order }, order, house.clock);
}

/** What happens inside the vendor's own work, not before it. */
const vendorEffects: ReadonlySet<string> = new Set(["refuse", "empty", "fail_late", "cut_stream"]);

async function misbehave(
  vendor: Vendor,
  visit: Visit,
  order: FaultOrder,
  clock: Clock,
): Promise<Reaction | undefined> {
  const { effect } = order;
  const works = effect === undefined || vendorEffects.has(effect.kind);
  if (order.delayMs > 0 && !(works && vendor.delaysItself)) {
    await clock.sleep(order.delayMs, visit.signal);
  }
  switch (effect?.kind) {
    case "http":
      return { answer: vendor.fail(effect.status, visit), cut: false };
    case "rate_limit":
      return { answer: vendor.throttle(effect.waitMs, visit), cut: false };
    case "garbage":
      return { answer: garbage(visit), cut: false };
    case "timeout":
      await aborted(visit.signal);
      return undefined;
    case "reset":
      return undefined;
    default:
      return { answer: await vendor.answer(visit), cut: effect?.kind === "cut_stream" };
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

/** What a broken proxy sends: a page where an answer should be, or a stream of broken JSON. */
function garbage(visit: Visit): Answer {
  if (asksForStream(visit)) {
    return { kind: "stream", frames: brokenFrames() };
  }
  const page =
    "<!doctype html><html><head><title>Welcome</title></head><body>It works!</body></html>";
  return { kind: "bytes", status: 200, contentType: "text/html", bytes: Buffer.from(page) };
}

function asksForStream({ body, form, path }: Visit): boolean {
  if (body?.["stream"] === true || path.includes(":stream")) return true;
  return form?.some(({ name, bytes }) => name === "stream" && bytes.equals(yes)) === true;
}

const yes = Buffer.from("true");

/** Result files are open to whoever knows the address. */
function sendFile(request: IncomingMessage, file: ShelfFile, now: number): Answer {
  if (file.foreign && request.headers.authorization !== undefined) {
    const bytes = Buffer.from("This host takes no credential.");
    return { kind: "bytes", status: 400, contentType: "text/plain", bytes };
  }
  if (file.expiresAt !== undefined && now >= file.expiresAt) {
    const bytes = Buffer.from(expiredFile);
    return { kind: "bytes", status: 403, contentType: "application/xml", bytes };
  }
  return { kind: "bytes", status: 200, contentType: file.contentType, bytes: file.bytes };
}

/** What stores of files say once a signed address is too old. */
const expiredFile =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>';

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
  }
  return size > maxBodyBytes ? undefined : Buffer.concat(chunks);
}

function parseJson(bytes: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function within(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`);
}

async function* brokenFrames(): AsyncGenerator<string> {
  yield 'data: {"id":"sandbox","choices":[{"delta":{"con\n\n';
  yield "data: <html>\n\n";
}
