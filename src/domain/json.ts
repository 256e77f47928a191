/**
 * Any JSON value. Media that the transport decoded, or that it is to encode, stands in it
 * as a Uint8Array: DataUrlBytes where a data URL is meant.
 */
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
