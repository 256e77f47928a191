import {
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type CallOptions, Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { afterEach } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../../gen/google/rpc/status_pb.ts";

const clients: Client[] = [];

/** A grpc-js client for an address, closed after the test. */
export function grpcClient(url: string): Client {
  const client = new Client(url.replace("http://", ""), credentials.createInsecure());
  clients.push(client);
  return client;
}

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

/** How a grpc-js call ended: with a response, or with a status. */
export type Ended<T> = { readonly response: T } | { readonly error: ServiceError };

/** Makes a unary call. `bytes` is sent in place of the request's own. */
export function callUnary<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
  options: CallOptions & { readonly bytes?: Uint8Array; readonly metadata?: Metadata } = {},
): Promise<Ended<MessageShape<O>>> & { cancel(): void } {
  let cancel = () => {};
  const ended = new Promise<Ended<MessageShape<O>>>((resolve) => {
    const call = client.makeUnaryRequest(
      path(method),
      () => Buffer.from(options.bytes ?? toBinary(method.input, request)),
      (bytes) => fromBinary(method.output, bytes),
      request,
      options.metadata ?? new Metadata(),
      options,
      (error, response) => {
        resolve(error === null ? { response: response as MessageShape<O> } : { error });
      },
    );
    cancel = () => call.cancel();
  });
  return Object.assign(ended, { cancel: () => cancel() });
}

/** Opens a server stream. */
export function openStream<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodServerStreaming<I, O>,
  request: MessageShape<I>,
  options: CallOptions & { readonly metadata?: Metadata } = {},
) {
  return client.makeServerStreamRequest(
    path(method),
    (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
    (bytes) => fromBinary(method.output, bytes),
    request,
    options.metadata ?? new Metadata(),
    options,
  );
}

/** The ErrorInfo reasons in an error's `grpc-status-details-bin`. */
export function reasonsOf(error: ServiceError): string[] {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(bytes)) return [];
  return fromBinary(StatusSchema, bytes)
    .details.filter(({ typeUrl }) => typeUrl.endsWith("google.rpc.ErrorInfo"))
    .map(({ value }) => fromBinary(ErrorInfoSchema, value).reason);
}

function path(method: { readonly parent: { readonly typeName: string }; readonly name: string }) {
  return `/${method.parent.typeName}/${method.name}`;
}
