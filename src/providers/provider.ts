import type { ChatCapabilities, ImageCapabilities } from "../domain/capabilities.ts";
import type { Failure } from "../domain/failure.ts";
import type { Job } from "../domain/job.ts";
import type {
  ChatTask,
  ImageBytes,
  ImageEditTask,
  ImageUpscaleTask,
  Task,
  TextToImageTask,
} from "../domain/task.ts";
import type { EndpointSettings } from "./endpoint-settings.ts";
import type { HttpCall } from "./http-call.ts";
import type { Failed, Outcome, StreamStep, Uploaded } from "./outcome.ts";
import type { Reply, StreamEvent } from "./reply.ts";

/**
 * A provider: data and pure functions that say what its API looks like. It opens
 * no socket, reads no clock and keeps no state, so it is tested by table.
 */
export interface Provider {
  /** The name in the configuration, and the slug of a built-in provider: "openai". */
  readonly type: string;
  readonly displayName: string;
  /** What it is, in a sentence. */
  readonly description: string;
  readonly kind: "text" | "image" | "custom";
  readonly websiteUri: string;
  readonly statusPageUri: string;
  /** The vendor's origin and version prefix, without a slash at the end. Empty when only the operator knows. */
  readonly defaultBaseUrl: string;
  /** In place of `defaultBaseUrl`, where the vendor's origin depends on what the operator has set. */
  readonly baseUrlFor?: ((settings: EndpointSettings) => string) | undefined;
  /**
   * What an operator's base URL comes to, where one vendor's address is written in
   * several ways. Calls' paths follow the result. Undefined: it is taken as it is.
   */
  readonly normalizeBaseUrl?: ((baseUrl: string) => string) | undefined;
  /** The environment variable that a listed provider without `keys` takes its key from: that of the vendor's SDK. */
  readonly keyVariable: string;
  readonly credential: CredentialScheme;
  /**
   * Whether files at the origin of the endpoint's base URL may want its key. Undefined:
   * they do not, and the key goes to calls only.
   */
  readonly ownFilesTakeKey?: true | undefined;
  readonly operations: ProviderOperations;
  /** What an answer outside 2xx means. It also reads what such an answer has inside, whatever its form. */
  failure(reply: Reply): Failure;
}

/** What a provider can do. An operation that is undefined it cannot do. */
export interface ProviderOperations {
  readonly text_to_image?: OperationDialect<TextToImageTask, ImageCapabilities> | undefined;
  readonly image_edit?: OperationDialect<ImageEditTask, ImageCapabilities> | undefined;
  readonly image_upscale?: OperationDialect<ImageUpscaleTask, ImageCapabilities> | undefined;
  readonly chat?: OperationDialect<ChatTask, ChatCapabilities> | undefined;
}

/** How a key is presented. */
export type CredentialScheme =
  /** In a header: "authorization" with prefix "Bearer ", say. */
  | { readonly kind: "header"; readonly name: string; readonly prefix: string }
  /**
   * As a bearer token of Google's. A key is the JSON of a credential, for which the
   * transport gets tokens, or an access token already; no key means the credential
   * that the machine has by itself.
   */
  | { readonly kind: "google_oauth" };

/**
 * How a provider words one operation. The task that it gets has been fitted to
 * its capabilities already: each parameter in it is one that it said it can do,
 * and `options.count` is at most `maxCountPerCall`.
 */
export interface OperationDialect<T extends Task, C> {
  /** What this model can be asked here. An unknown model gets what every model of the provider can do. */
  capabilities(upstreamModel: string, settings: EndpointSettings): C;
  /**
   * Whether a model does this operation at all: false only where it is known for another
   * one. Undefined: every model may.
   */
  readonly serves?: ((upstreamModel: string) => boolean) | undefined;
  readonly timeouts: AttemptTimeouts;
  /** The call for a task. */
  request(task: T, target: CallTarget): HttpCall;
  /** What a 2xx answer with a JSON body means. */
  result(reply: Reply, task: T, target: CallTarget): Outcome;
  /** How it streams. Undefined when it does not: then the unary call serves streamed requests too. */
  readonly stream?: StreamDialect<T> | undefined;
  /** How its jobs are followed. Undefined when `result` never gives a job. */
  readonly job?: JobDialect<T> | undefined;
  /** How it is given images ahead of the call. Undefined: they travel in the call. */
  readonly uploads?: UploadDialect<T> | undefined;
}

/**
 * How a provider is given images ahead of the call that works on them. Each becomes
 * an address of the provider's, and the task that `request` gets has that in its place.
 */
export interface UploadDialect<T extends Task> {
  /** Those of the task's own images that the call itself is not to carry. */
  images(task: T): readonly ImageBytes[];
  /** The call that hands one over. It must buy nothing: it may be made again, and in vain. */
  request(image: ImageBytes): HttpCall;
  /** What a 2xx answer to it means. */
  result(reply: Reply): Uploaded | Failed;
  /** What an answer outside 2xx to it means. Undefined: as `Provider.failure` has it. */
  readonly failure?: ((reply: Reply) => Failure) | undefined;
}

/** How a provider streams one operation. An answer that is no event stream goes to `result`. */
export interface StreamDialect<T extends Task> {
  /** The most images of one streamed call, where that is less than of a unary one. */
  readonly maxCountPerCall?: number | undefined;
  request(task: T, target: CallTarget): HttpCall;
  /** Begins to read a stream. */
  open(task: T, target: CallTarget): StreamReader;
}

/** Reads one stream: a small machine that is told each event and holds what it has seen. */
export interface StreamReader {
  /**
   * The names, in lower case, of the headers that can carry the provider's id for the
   * call; the first one counts. Undefined: no header does.
   */
  readonly requestIdHeaders?: readonly string[] | undefined;
  read(event: StreamEvent): readonly StreamStep[];
  /**
   * What the stream amounts to, were it to end now: a result only when its terminal event
   * was seen, and a server_fault when it was not. It changes nothing.
   */
  end(): Outcome;
}

/** How a provider's jobs are followed. */
export interface JobDialect<T extends Task> {
  /** The call that asks how a job is. */
  poll(job: Job, target: CallTarget): HttpCall;
  /**
   * The job that a call may have left behind when its answer got lost. Undefined
   * where only that answer tells the job's id.
   */
  readonly find?: ((target: CallTarget) => Job) | undefined;
  /**
   * What a 2xx answer to it means; "job" means: not yet. A failure is how the job ended,
   * unless `ofJob` is false: then only the question failed, and the job may be asked for again.
   */
  result(reply: Reply, job: Job, task: T, target: CallTarget): Outcome;
  /**
   * What an answer outside 2xx to it means, where the question decides: one that tells
   * how the job ended says `ofJob`. Undefined: as `Provider.failure` has it.
   */
  readonly failure?: ((reply: Reply, job: Job) => Failure) | undefined;
  /** The call that cancels a job. Undefined when the provider cannot. */
  readonly cancel?: ((job: Job, target: CallTarget) => HttpCall) | undefined;
  /**
   * Whether a 2xx answer to it proves that the job, as it was last seen, ends unpaid or
   * unfinished. Undefined: each one does. Where nothing proves it, the work may be billed.
   */
  readonly cancelled?: ((reply: Reply, job: Job) => boolean) | undefined;
}

/** What a call is for, beyond its task. */
export interface CallTarget {
  readonly upstreamModel: string;
  readonly settings: EndpointSettings;
  /** The caller's id for whom it works for. Empty means none. */
  readonly endUser: string;
  /** What the caller has marked the request with. Undefined means nothing. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** How many unfinished versions of each image a stream shall bring. */
  readonly partialImages: number;
  /**
   * A UUID of version 4 for this call alone, for providers to whom the caller gives the
   * task's id. Empty where the operation takes no jobs.
   */
  readonly callId: string;
  /** The endpoint's base URL, for answers that name addresses relative to it. Undefined: they lead nowhere. */
  readonly baseUrl?: string | undefined;
  /** How long this attempt may take, in milliseconds, for providers that want to know. */
  readonly timeLeftMs: number;
}

/** How long an attempt may take, in milliseconds; never more than what is left of the request. */
export interface AttemptTimeouts {
  readonly totalMs: number;
  /** Streams: until the first real content. */
  readonly firstContentMs: number;
  /** Streams: between two pieces of real content. */
  readonly idleMs: number;
}
