import type { JsonValue } from "../domain/json.ts";

/** A provider's whole answer. */
export interface Reply {
  readonly status: number;
  /** Names in lower case; a repeated one is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReplyBody;
}

/** What the answer's body is. */
export type ReplyBody =
  /** Well-formed JSON, whatever its content type said. Media are decoded. */
  | { readonly kind: "json"; readonly value: JsonValue }
  /** An image, to a call that expects one; which kind of image, its own bytes say. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** Anything else, cut JSON included: its first 4,096 characters. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "empty" };

/** One event of a stream. */
export interface StreamEvent {
  /** The event's name. Empty when it has none. */
  readonly name: string;
  /** The data, when it is JSON. Media are decoded. */
  readonly data?: JsonValue | undefined;
  /** The data, when it is not JSON: "[DONE]". */
  readonly text?: string | undefined;
}
