import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import type { CallOptions, Client as GrpcClient, Metadata, ServiceError } from "@grpc/grpc-js";
import { afterEach } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import {
  GenerateRequestSchema,
  type GenerateResponse,
  StreamGenerateRequestSchema,
  type StreamGenerateResponse,
} from "../../gen/spillway/v1/generate_pb.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { Random } from "../../src/domain/random.ts";
import type { RunningGateway } from "../../src/process/running-gateway.ts";
import { serve } from "../../src/process/serve.ts";
import { callUnary, grpcClient, openStream } from "../rpc/support/grpc-client.ts";
import { type HastyClock, hastyClock } from "./hasty-clock.ts";
import { grpcError, type ToldError } from "./told-error.ts";
import { wakingClock } from "./waking-clock.ts";

/** A whole gateway in this process, on free ports of loopback, and clients of it. */
export interface TestGateway extends RunningGateway {
  /** "http://127.0.0.1:PORT" of the listener for everyone. */
  readonly url: string;
  /** The same of the listener for gRPC alone. */
  readonly grpcUrl: string;
  readonly adminUrl: string;
  /** Connect over HTTP/1.1. */
  readonly connect: Client<typeof GatewayService>;
  /** gRPC by grpc-js, to the listener for gRPC alone. */
  readonly grpc: GrpcClient;
  /** Every line of the log so far. */
  readonly log: readonly LogLine[];
  /** Waits for a line of the log with this message. */
  logged(message: string): Promise<LogLine>;
  /** Generates over gRPC. Rejects when the call fails. */
  generate(request: RequestInit, options?: GrpcOptions): Promise<GenerateResponse>;
  /** Generates over gRPC, and gives the error. Rejects when the call succeeds. */
  failure(request: RequestInit, options?: GrpcOptions): Promise<ToldError>;
  /** Streams over gRPC to the end. */
  stream(request: MessageInitShape<typeof StreamGenerateRequestSchema>): Promise<StreamStory>;
}

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** What a stream brought, and the error that ended it, if one did. */
export interface StreamStory {
  readonly events: readonly StreamGenerateResponse["event"][];
  readonly error: ToldError | undefined;
}

type RequestInit = MessageInitShape<typeof GenerateRequestSchema>;
type GrpcOptions = CallOptions & { readonly metadata?: Metadata };

const running: { readonly gateway: RunningGateway; readonly clock: HastyClock }[] = [];

afterEach(async () => {
  await Promise.all(
    running.splice(0).map(({ gateway, clock }) => {
      clock.hurry();
      return gateway.stop();
    }),
  );
});

/**
 * Starts the gateway of a configuration, which is stopped after the test. `yaml`
 * says everything but `server`, unless it says that too. Chance takes the first
 * of every choice unless `random` is given.
 */
export async function startGateway(
  yaml: string,
  options: {
    readonly random?: Random;
    /** Default: one that stands still while this thread does. */
    readonly clock?: Clock;
    readonly environment?: Readonly<Record<string, string>>;
    /** The text of the catalogue file, for a `yaml` that names one. */
    readonly catalog?: string;
  } = {},
): Promise<TestGateway> {
  const { random = () => 0, environment = {}, catalog = "" } = options;
  const clock = hastyClock(options.clock ?? wakingClock);
  const loaded = loadConfig({
    path: "test.yaml",
    text: /^server:/m.test(yaml) ? yaml : `${anyPorts}${yaml}`,
    environment,
    readFile: () => catalog,
  });
  if (loaded.kind === "invalid") throw new Error(JSON.stringify(loaded.problems, null, 2));
  const log: LogLine[] = [];
  const readers = new Set<(line: LogLine) => void>();
  let ids = 0;
  const gateway = await serve(
    loaded.config,
    { captureContent: false, logLevel: "debug" },
    {
      clock,
      random,
      newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
      version: "0.0.0-test",
      logDestination: {
        write(text) {
          const line = JSON.parse(text) as LogLine;
          log.push(line);
          for (const reader of readers) reader(line);
        },
      },
    },
  );
  running.push({ gateway, clock });
  const { listen, grpc, admin } = gateway.addresses;
  const url = `http://${listen}`;
  const client = grpcClient(`http://${grpc}`);
  const call = (request: RequestInit, grpcOptions?: GrpcOptions) =>
    callUnary(
      client,
      GatewayService.method.generate,
      create(GenerateRequestSchema, request),
      grpcOptions,
    );
  return {
    ...gateway,
    url,
    grpcUrl: `http://${grpc}`,
    adminUrl: `http://${admin}`,
    connect: createClient(
      GatewayService,
      createConnectTransport({ baseUrl: url, httpVersion: "1.1" }),
    ),
    grpc: client,
    log,
    logged: (message) =>
      new Promise((resolve) => {
        const read = (line: LogLine) => line["msg"] === message && resolve(line);
        readers.add(read);
        log.forEach(read);
      }),
    async generate(request, grpcOptions) {
      const ended = await call(request, grpcOptions);
      if ("response" in ended) return ended.response;
      throw new Error(
        JSON.stringify(grpcError(ended.error), (_, value) =>
          typeof value === "bigint" ? String(value) : value,
        ),
      );
    },
    async failure(request, grpcOptions) {
      const ended = await call(request, grpcOptions);
      if ("error" in ended) return grpcError(ended.error);
      throw new Error(`${ended.response.provider} answered, and nobody should have`);
    },
    stream: (request) =>
      new Promise((resolve) => {
        const events: StreamGenerateResponse["event"][] = [];
        const stream = openStream(
          client,
          GatewayService.method.streamGenerate,
          create(StreamGenerateRequestSchema, request),
        );
        stream.on("data", ({ event }: StreamGenerateResponse) => events.push(event));
        stream.once("end", () => resolve({ events, error: undefined }));
        stream.once("error", (error: ServiceError) => resolve({ events, error: grpcError(error) }));
      }),
  };
}

const anyPorts = `
server:
  listen: 127.0.0.1:0
  grpc: 127.0.0.1:0
  admin: 127.0.0.1:0
  drain: 500ms
`;
