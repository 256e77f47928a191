import { Metadata } from "@grpc/grpc-js";

/**
 * The options of a gRPC call by which a gateway has so many milliseconds, on its own
 * clock. The client counts none of its own, which could end before the call arrives.
 */
export function within(ms: number): { readonly metadata: Metadata } {
  const metadata = new Metadata();
  metadata.set("grpc-timeout", `${ms}m`);
  return { metadata };
}
