import type { JsonObject } from "../domain/json.ts";

/** One HTTP request to a provider, as data. The transport adds the origin, the credential and the trace. */
export interface HttpCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** What follows the endpoint's base URL: "/images/generations", a query included. Empty for that URL itself. */
  readonly path: string;
  /** Names in lower case. No credential, no content-type, no content-length. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: HttpBody | undefined;
  /**
   * Where the reply carries base64 media, by path: "data[].b64_json",
   * "candidates[].content.parts[].inlineData.data". The transport decodes those
   * while the body arrives: the parsed reply has a Uint8Array in their place. A
   * value of the form "data:image/png;base64,…" is decoded as well. What is no
   * base64 stays a string.
   */
  readonly media?: readonly string[] | undefined;
  /**
   * That the reply may be an image itself, not JSON about one: then a 2xx answer
   * whose content type is an image's is handed over as its bytes.
   */
  readonly expects?: "image" | undefined;
}

/** The body of a call. Bytes inside a JSON value are written as base64 by the transport, DataUrlBytes as a data URL. */
export type HttpBody =
  | { readonly kind: "json"; readonly value: JsonObject | readonly JsonObject[] }
  | { readonly kind: "multipart"; readonly parts: readonly MultipartPart[] };

/** One part of a multipart form. */
export type MultipartPart =
  | { readonly kind: "field"; readonly name: string; readonly value: string }
  | {
      readonly kind: "file";
      readonly name: string;
      readonly filename: string;
      readonly mimeType: string;
      readonly bytes: Uint8Array;
    };
