import cluster from "node:cluster";
import { createServer as createHttp1Server } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Writable } from "node:stream";
import { type Dispatcher, Pool } from "undici";

/**
 * The floor: what Node itself costs when a request is handed to an origin over
 * HTTP/1.1 and its answer handed back, and neither is looked at. Its arguments are
 * the origin and how many processes serve; each writes the ports of its HTTP/2 and
 * HTTP/1.1 listeners.
 */
const [, , origin = "", processes = "1"] = process.argv;
const pool = new Pool(origin, { connections: 2048, pipelining: 1 });

const http2 = createHttp2Server().on("stream", (stream, headers) => {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("end", () =>
    forward(String(headers[":path"]), headers["content-type"], chunks, {
      head(status, contentType) {
        stream.respond({ ":status": status, "content-type": contentType });
      },
      body: stream,
    }),
  );
  stream.on("error", () => {});
});

const http1 = createHttp1Server((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () =>
    forward(request.url ?? "", request.headers["content-type"], chunks, {
      head(status, contentType, contentLength) {
        response.writeHead(status, {
          "content-type": contentType,
          ...(contentLength === undefined ? {} : { "content-length": contentLength }),
        });
      },
      body: response,
    }),
  );
});

if (cluster.isPrimary && Number(processes) > 1) {
  for (let count = 0; count < Number(processes); count++) cluster.fork();
} else {
  http2.listen(0, "127.0.0.1", () =>
    http1.listen(0, "127.0.0.1", () => {
      const ports = [http2, http1].map((server) => (server.address() as AddressInfo).port);
      console.log(ports.join(" "));
    }),
  );
}

/** Where an answer goes. */
interface Caller {
  head(status: number, contentType: string, contentLength: string | undefined): void;
  readonly body: Writable;
}

const gone = new Error("the caller has gone");

function forward(
  path: string,
  contentType: string | undefined,
  body: readonly Buffer[],
  caller: Caller,
): void {
  const [only] = body;
  const whole = body.length === 1 && only !== undefined ? only : Buffer.concat(body);
  const { body: answer } = caller;
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    onResponseStart(controller, status, headers) {
      if (answer.destroyed) return controller.abort(gone);
      const length = headers["content-length"];
      caller.head(status, String(headers["content-type"]), length?.toString());
    },
    onResponseData(controller, chunk) {
      if (answer.destroyed) return controller.abort(gone);
      if (answer.write(chunk)) return;
      controller.pause();
      const resume = () => {
        answer.off("drain", resume).off("close", resume);
        controller.resume();
      };
      answer.on("drain", resume).on("close", resume);
    },
    onResponseEnd: () => void answer.end(),
    onResponseError(_controller, error) {
      if (error === gone) return;
      console.error(error);
      process.exit(1);
    },
  };
  const headers = { "content-type": contentType, authorization: "Bearer sk-bench" };
  pool.dispatch({ path, method: "POST", headers, body: whole }, handler);
}
