import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Address } from "../domain/address.ts";
import { listen } from "./listen.ts";
import type { Listener } from "./listener.ts";

/** What operators' tools read. */
export interface AdminSource {
  /** The metrics in the form that Prometheus scrapes. */
  readonly metrics: () => Promise<MetricsPage>;
  /** Why new calls are not welcome, in a few words. Undefined: they are. */
  readonly unready: () => string | undefined;
  /** What operators should know although calls are served: lines of text. Undefined: nothing. */
  readonly notice?: (() => string | undefined | Promise<string | undefined>) | undefined;
  readonly onBug: (error: unknown) => void;
}

/** The metrics as they are served. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

/**
 * Opens the listener for operators: `/metrics`; `/healthz`, 200 while the
 * process runs; `/readyz`, 503 while new calls are not welcome.
 */
export async function openAdminListener(address: Address, source: AdminSource): Promise<Listener> {
  const server = createServer((request, response) => {
    serve(request, response, source).catch((error) => {
      source.onBug(error);
      answer(response, 500, "failed\n");
    });
  });
  return {
    address: await listen(server, address),
    drain: () => new Promise((resolve) => server.close(() => resolve())),
    destroy: () => server.closeAllConnections(),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  source: AdminSource,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return answer(response, 405, "only GET and HEAD\n");
  }
  switch (request.url?.split("?", 1)[0]) {
    case "/metrics": {
      const { contentType, body } = await source.metrics();
      return answer(response, 200, body, contentType);
    }
    case "/healthz":
      return answer(response, 200, "ok\n");
    case "/readyz": {
      const why = source.unready();
      return why === undefined
        ? answer(response, 200, readyText(await source.notice?.()))
        : answer(response, 503, `${why}\n`);
    }
    default:
      return answer(response, 404, "/metrics, /healthz and /readyz are here\n");
  }
}

/** Probes look at the status only; people read on. */
function readyText(notice: string | undefined): string {
  return notice === undefined ? "ready\n" : `ready\n${notice}\n`;
}

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  contentType = "text/plain; charset=utf-8",
): void {
  if (response.headersSent) return;
  // Probes ask what holds now.
  response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" });
  response.end(body);
}
