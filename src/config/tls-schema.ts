import { createSecureContext } from "node:tls";
import type { z } from "zod";
import { mapping, someText } from "./schema-parts.ts";

/** The `server.tls` section of spillway.yaml. */
export const tlsSchema = mapping({
  certificate: someText("a certificate in PEM, best from a file").describe(
    "The certificate in PEM, followed by those between it and the root.",
  ),
  key: someText("a private key in PEM, best from a file").describe("Its private key, in PEM."),
}).refine(areOne, { error: "expected a certificate and the private key that belongs to it" });

/** A checked `server.tls` section. */
export type CheckedTls = z.output<typeof tlsSchema>;

function areOne({ certificate, key }: { certificate: string; key: string }): boolean {
  try {
    createSecureContext({ cert: certificate, key });
    return true;
  } catch {
    return false;
  }
}
