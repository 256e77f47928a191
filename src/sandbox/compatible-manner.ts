import type { JsonObject } from "../domain/json.ts";
import type { ChatAnswer } from "./answer-chat.ts";
import type { Answer, Visit } from "./vendor.ts";

/** What tells one server that speaks OpenAI's dialect from the others. */
export interface CompatibleManner {
  readonly slug: string;
  /** Where the sandbox serves it: "/compatible/v1". */
  readonly basePath: string;
  /** What stands in "error". Without a message it is what the server usually says with the status. */
  error(status: number, message?: string, param?: string): JsonObject;
  /** The answer to a key that it does not take. Undefined when it takes it. */
  refuseKey(visit: Visit): Answer | undefined;
  /** The body of its answer to a path that it does not have. */
  readonly notFound: JsonObject;
  /** The ids that `GET /models` lists, and what it says of each. */
  readonly models: readonly string[];
  readonly aboutModel: JsonObject;
  /** The status of its answer to a field that is missing or out of range. */
  readonly unfitStatus: 400 | 422;
  /** Whether its 429 says when to come back. */
  readonly saysWhen: boolean;
  readonly images: ImageManner;
  readonly chat: ChatManner;
}

/** How such a server makes images. */
export interface ImageManner {
  /** The most images of one call. */
  readonly maxCount: number;
  /** What is drawn when no size is asked for. An edit has the size of its input then. */
  readonly usualSize: string;
  readonly format: "png" | "jpeg";
  /** Whether they come as base64 even when nobody asks for it. */
  readonly alwaysBase64: boolean;
  /** Whether an edit takes several images. Where it does not, the last file counts. */
  readonly takesSeveral: boolean;
  /** What it says beside the images. */
  readonly beside: JsonObject;
}

/** How such a server chats. */
export interface ChatManner {
  usage(answer: ChatAnswer): JsonObject;
  /** Whether a stream counts in its last chunk; else in one of its own, and only when asked. */
  readonly countsAtTheEnd: boolean;
  /** What each choice of a whole answer says beside its message. */
  readonly beside: JsonObject;
  /** The chunk that ends a stream which failed. */
  readonly brokenOff: JsonObject;
}
