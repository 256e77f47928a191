import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { FetchedFile, FileToFetch } from "../domain/finish.ts";
import type { AttemptObserver, ExchangeObserver, ObservedExchange } from "../domain/observer.ts";
import { sandboxFaultHeader } from "../domain/sandbox-fault.ts";
import type { Secret } from "../domain/secret.ts";
import type { Endpoint } from "../providers/endpoint.ts";
import type { HttpCall } from "../providers/http-call.ts";
import type { Failed } from "../providers/outcome.ts";
import type { Provider } from "../providers/provider.ts";
import type { Reply } from "../providers/reply.ts";
import { type CredentialHeader, credentialHeader } from "../transport/credentials.ts";
import { reachOf } from "../transport/egress-guard.ts";
import type { EventHandler, Exchange, StreamResult, Transport } from "../transport/transport.ts";
import { AbortScope, abortFailure } from "./abort-scope.ts";

/** A provider as one attempt talks to it: with one key, and observed. */
export interface Line {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly endpoint: Endpoint;
  readonly key: Secret | undefined;
  /** The fault that the request orders of an embedded provider. */
  readonly sandboxFault: string | undefined;
  readonly observer: AttemptObserver;
  /** The status of the provider's last answer, save to the cancelling of a job. Undefined before there is one. */
  lastStatus: number | undefined;
}

/** An answer that can be read: 2xx, with a JSON body, or an image where the call expects one. */
export interface Answered {
  readonly kind: "reply";
  readonly reply: Reply;
}

/** How long the cancelling of a job may take, in milliseconds. */
export const cancelTimeoutMs = 5_000;

/**
 * Makes a call and reads the answer; whatever is no 2xx with a body that can be read
 * is a failure here. What an answer outside 2xx means is for `failureOf` to say.
 */
export async function exchange(
  line: Line,
  call: HttpCall,
  purpose: "upload" | "submit" | "poll",
  scope: AbortScope,
  failureOf = line.endpoint.provider.failure,
): Promise<Answered | Failed> {
  const watched = observe(line, call, purpose);
  const result = await line.transport.call(toExchange(line, call, watched, scope.signal));
  return finish(line, result, watched, scope, failureOf);
}

/**
 * Makes a call whose answer is a stream. `ended` says that the body ended; an
 * answer that is no stream is as from `exchange`.
 */
export async function exchangeStream(
  line: Line,
  call: HttpCall,
  scope: AbortScope,
  onEvent: EventHandler,
): Promise<Answered | Failed | Extract<StreamResult, { kind: "ended" }>> {
  const watched = observe(line, call, "submit");
  const result = await line.transport.stream(
    toExchange(line, call, watched, scope.signal),
    onEvent,
  );
  if (result.kind !== "ended") return finish(line, result, watched, scope);
  line.lastStatus = result.status;
  watched.finished({ status: result.status });
  return result;
}

/**
 * Asks a provider to cancel a job. It has its own short time, since it is made
 * when the caller has left or time is up. True when the provider confirmed, of which
 * `isProof` judges 2xx answers.
 */
export async function exchangeCancel(
  line: Line,
  call: HttpCall,
  isProof: (reply: Reply) => boolean,
): Promise<boolean> {
  const watched = observe(line, call, "cancel");
  const scope = new AbortScope({
    clock: line.clock,
    callerSignal: neverAborted,
    deadlineAt: line.clock.monotonic() + cancelTimeoutMs,
  });
  try {
    const result = await line.transport.call(toExchange(line, call, watched, scope.signal));
    if (result.kind === "failed") {
      watched.finished({ failure: result.failure });
      return false;
    }
    watched.finished({ status: result.reply.status });
    return isSuccess(result.reply) && isProof(result.reply);
  } finally {
    scope.close();
  }
}

/** Fetches a file that a provider's answer points to. */
export async function fetchFile(
  line: Line,
  file: FileToFetch,
  scope: AbortScope,
): Promise<FetchedFile> {
  const watched = line.observer.exchangeStarted({
    method: "GET",
    url: withoutQuery(file.url),
    purpose: "download",
  });
  const result = await line.transport.download({
    ...file,
    reach: reachOf(line.endpoint),
    // What traces us is the provider's business, not that of whoever stores its files.
    headers: {},
    credential: fileCredential(line, file.url),
    signal: scope.signal,
  });
  if (result.kind === "file") {
    watched.finished({ status: 200 });
    return result;
  }
  const failure = byCause(result, scope).failure;
  watched.finished({ failure });
  return { kind: "failed", failure };
}

/** The key for a file: only one that the endpoint serves from its own origin gets to see it. */
function fileCredential({ endpoint, key }: Line, url: string): CredentialHeader | undefined {
  const { provider, baseUrl, settings } = endpoint;
  if (provider.ownFilesTakeKey !== true) return undefined;
  if (URL.parse(url)?.origin !== new URL(baseUrl).origin) return undefined;
  return credentialHeader(provider.credential, key, settings);
}

const neverAborted = new AbortController().signal;

function observe(
  line: Line,
  call: HttpCall,
  purpose: ObservedExchange["purpose"],
): ExchangeObserver {
  return line.observer.exchangeStarted({
    method: call.method,
    url: line.endpoint.baseUrl + withoutQuery(call.path),
    purpose,
  });
}

function toExchange(
  line: Line,
  call: HttpCall,
  watched: ExchangeObserver,
  signal: AbortSignal,
): Exchange {
  const { endpoint, key, sandboxFault } = line;
  const headers =
    sandboxFault === undefined
      ? watched.headers
      : { ...watched.headers, [sandboxFaultHeader]: sandboxFault };
  return { endpoint, call, key, headers, signal };
}

function finish(
  line: Line,
  result: Answered | Failed,
  watched: ExchangeObserver,
  scope: AbortScope,
  failureOf = line.endpoint.provider.failure,
): Answered | Failed {
  const status = result.kind === "reply" ? result.reply.status : result.failure.httpStatus;
  if (status !== undefined) line.lastStatus = status;
  const read = result.kind === "reply" ? readReply(result, failureOf) : byCause(result, scope);
  if (read.kind === "failed") {
    watched.finished({ ...(status !== undefined && { status }), failure: read.failure });
  } else {
    watched.finished({ status: read.reply.status });
  }
  return read;
}

function readReply(answered: Answered, failureOf: Provider["failure"]): Answered | Failed {
  const { reply } = answered;
  if (!isSuccess(reply)) return { kind: "failed", failure: failureOf(reply) };
  if (reply.body.kind === "json" || reply.body.kind === "bytes") return answered;
  return {
    kind: "failed",
    failure: {
      class: "server_fault",
      delivery: "sent",
      message: "The provider's answer is not JSON.",
      httpStatus: reply.status,
      billed: true,
    },
  };
}

/**
 * A success that cannot be read may have been billed all the same: the provider
 * did what it was asked, and only the answer is lost. An answer of which not even
 * the status could be read may be one.
 */
function lostSuccess({ failure }: Failed): Failed {
  const { class: kind, httpStatus, billed } = failure;
  const success = httpStatus === undefined || (httpStatus >= 200 && httpStatus < 300);
  if (kind !== "server_fault" || !success || billed !== undefined) return failed(failure);
  return failed({ ...failure, billed: true });
}

function failed(failure: Failure): Failed {
  return { kind: "failed", failure };
}

/** The transport knows that it was aborted; why, only the scope knows. */
function byCause(result: Failed, scope: AbortScope): Failed {
  if (result.failure.class !== "cancelled" || scope.cause === undefined) return lostSuccess(result);
  return failed(abortFailure(scope.cause, result.failure.delivery));
}

function isSuccess(reply: Reply): boolean {
  return reply.status >= 200 && reply.status < 300;
}

function withoutQuery(url: string): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}
