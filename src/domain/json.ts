/** Any JSON value. Media that the transport decoded stands in it as a Uint8Array. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly JsonValue[]
  | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
