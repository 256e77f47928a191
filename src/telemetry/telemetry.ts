import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { Generated } from "../domain/generated.ts";
import type { RequestObserver } from "../domain/observer.ts";

/** Who is told of every call that arrives: spans, metrics and logs hang on it. */
export interface Telemetry {
  /** A call has arrived. */
  rpcStarted(call: RpcCall): RpcObserver;
}

/** A call, as it arrives. */
export interface RpcCall {
  /** "spillway.v1.GatewayService/Generate". */
  readonly method: string;
  readonly protocol: "grpc" | "grpc_web" | "connect";
  readonly requestId: string;
  /** The name of who calls. Undefined where everybody may, and for whom the call is refused. */
  readonly caller?: string | undefined;
  /** Reads a header of the caller's, by its name in lower case: "traceparent", say. */
  header(name: string): string | undefined;
}

/** Who is told what becomes of one call. */
export interface RpcObserver extends RequestObserver {
  /** The request was read and understood. */
  requestRead(request: GenerateRequest): void;
  /** The result is there. */
  generated(generated: Generated): void;
  /** The request failed. */
  failed(error: GatewayError): void;
  /** The call is over. `code` is the canonical name: "OK", "NOT_FOUND". */
  ended(code: string): void;
}
