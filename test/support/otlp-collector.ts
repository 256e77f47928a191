import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { afterEach } from "vitest";

/** A span as OTLP/JSON has it (opentelemetry-proto 1.x, trace/v1). */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2 SERVER, 3 CLIENT. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: OtlpValue }[];
  readonly events?: readonly { readonly name: string }[];
  /** 2 ERROR. */
  readonly status: { readonly code?: number; readonly message?: string };
}

type OtlpValue = Readonly<Record<string, unknown>>;

/** An OpenTelemetry collector that keeps what it is sent. */
export interface OtlpCollector {
  readonly endpoint: string;
  /** Every body as it came, as text. */
  readonly bodies: readonly string[];
  /** What came, of any span that was read: only of OTLP over HTTP in JSON. */
  readonly spans: readonly OtlpSpan[];
  /** Waits until there are this many spans. */
  collected(count: number): Promise<readonly OtlpSpan[]>;
  /** Waits until this many bodies have come. */
  received(count: number): Promise<readonly string[]>;
}

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Starts a collector for OTLP over HTTP, which is closed after the test. It reads JSON. */
export async function startHttpCollector(): Promise<OtlpCollector> {
  const kept = keep();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const type = request.headers["content-type"] ?? "";
      const json = type === "application/json";
      const body = Buffer.concat(chunks).toString(json ? "utf8" : "latin1");
      kept.add(body, json && request.url === "/v1/traces");
      response.writeHead(200, { "content-type": type }).end(json ? "{}" : "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return kept.collector(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Starts a collector for OTLP over gRPC, whose messages it does not read. */
export async function startGrpcCollector(): Promise<OtlpCollector> {
  const kept = keep();
  const server = new Server();
  for (const [signal, kind] of [
    ["trace", "Trace"],
    ["metrics", "Metrics"],
  ] as const) {
    const path = `/opentelemetry.proto.collector.${signal}.v1.${kind}Service/Export`;
    const asItIs = (bytes: Buffer) => bytes;
    server.addService(
      {
        export: {
          path,
          requestStream: false,
          responseStream: false,
          requestSerialize: asItIs,
          requestDeserialize: asItIs,
          responseSerialize: asItIs,
          responseDeserialize: asItIs,
        },
      },
      {
        export: (
          call: { readonly request: Buffer },
          answer: (error: null, bytes: Buffer) => void,
        ) => {
          kept.add(call.request.toString("latin1"), false);
          answer(null, Buffer.alloc(0));
        },
      },
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  closers.push(() => server.forceShutdown());
  return kept.collector(`http://127.0.0.1:${port}`);
}

function keep() {
  const bodies: string[] = [];
  const spans: OtlpSpan[] = [];
  const watchers = new Set<() => void>();
  const until = (isEnough: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const watcher = () => {
        if (!isEnough()) return;
        watchers.delete(watcher);
        resolve();
      };
      watchers.add(watcher);
      watcher();
    });
  return {
    add(body: string, isTrace: boolean) {
      bodies.push(body);
      if (isTrace) spans.push(...spansOf(JSON.parse(body) as OtlpTraces));
      for (const watcher of watchers) watcher();
    },
    collector: (endpoint: string): OtlpCollector => ({
      endpoint,
      bodies,
      spans,
      async collected(count) {
        await until(() => spans.length >= count);
        return spans;
      },
      async received(count) {
        await until(() => bodies.length >= count);
        return bodies;
      },
    }),
  };
}

interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

function spansOf({ resourceSpans }: OtlpTraces): readonly OtlpSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}
