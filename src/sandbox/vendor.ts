import type { Clock } from "../domain/clock.ts";
import type { JsonObject, JsonValue } from "../domain/json.ts";
import type { FaultOrder } from "./fault.ts";
import type { FileShelf } from "./file-shelf.ts";
import type { FormPart } from "./multipart-form.ts";

/** One embedded provider: how a vendor's API answers. */
export interface Vendor {
  readonly slug: string;
  /** Where the sandbox serves it: "/openai/v1". */
  readonly basePath: string;
  /** What its base URL has after that, where one server speaks several versions: "/v1beta". */
  readonly defaultVersion?: string | undefined;
  /** Whether a request would buy something at the vendor. Those are counted, and those are struck by faults. */
  buys(visit: Visit): boolean;
  answer(visit: Visit): Answer | Promise<Answer>;
  /** Whether it makes an ordered delay part of its work, since its answer does not wait for the result. */
  readonly delaysItself?: boolean | undefined;
  /** An error in the vendor's own form. `message` replaces the vendor's usual words. */
  fail(status: number, visit: Visit, message?: string): Answer;
  /** Too many requests: come back in so many milliseconds. */
  throttle(waitMs: number, visit: Visit): Answer;
}

/** What a vendor is made from. */
export interface VendorContext {
  readonly clock: Clock;
  /** The sandbox's own origin, without a slash at the end. */
  readonly origin: string;
  /** Waits as long as a vendor takes between two pieces of a stream. */
  pace(signal: AbortSignal): Promise<void>;
  /** Gives an id that was not given before: so many characters of a to z and 0 to 9. */
  newId(length: number): string;
  readonly files: FileShelf;
}

/** One request that arrived. */
export interface Visit {
  readonly method: string;
  /** What follows the vendor's base path: "/images/generations". */
  readonly path: string;
  readonly query: URLSearchParams;
  /** A header by its name in lower case. */
  header(name: string): string | undefined;
  /** The body as a JSON object. Undefined when it is none. */
  readonly body: JsonObject | undefined;
  /** The body as a JSON list. Undefined when it is none. */
  readonly list: readonly JsonValue[] | undefined;
  /** The body as the parts of a form. Undefined when it is none. */
  readonly form: readonly FormPart[] | undefined;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
  readonly order: FaultOrder;
}

/** What is sent back. */
export type Answer =
  | {
      readonly kind: "json";
      readonly status: number;
      readonly headers?: Headers | undefined;
      /** Default "application/json". */
      readonly contentType?: string | undefined;
      readonly value: JsonValue;
      /** Written after the JSON: some vendors end with a line break. */
      readonly tail?: string | undefined;
    }
  | {
      readonly kind: "bytes";
      readonly status: number;
      readonly headers?: Headers | undefined;
      readonly contentType: string;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: "stream";
      readonly headers?: Headers | undefined;
      /** Whole frames of server-sent events, as they go over the wire. */
      readonly frames: AsyncIterable<string>;
    };

type Headers = Readonly<Record<string, string>>;
