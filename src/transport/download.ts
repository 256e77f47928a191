import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { Agent } from "undici";
import { isDataUrl } from "../domain/data-url.ts";
import type { ConnectOptions } from "./connection-pool.ts";
import { decodeDataUrl } from "./data-url.ts";
import { checkUrl, guardedLookup, type Refusal } from "./egress-guard.ts";
import type { FailedExchange } from "./exchange-failure.ts";
import { badAnswer } from "./exchange-failure.ts";
import type { FileStep } from "./file-reader.ts";
import { readFile } from "./file-reader.ts";
import { performExchange } from "./http-exchange.ts";
import type { Download, DownloadResult, Reach } from "./transport.ts";

/** Fetches files from addresses that providers and callers gave. */
export interface Downloader {
  download(download: Download): Promise<DownloadResult>;
  close(): Promise<void>;
}

/** How a downloader is set up. */
export interface DownloaderOptions {
  readonly connect: ConnectOptions;
  /** Default: the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
  readonly userAgent: string;
}

/**
 * Makes a downloader. An address in a provider's answer is whatever somebody
 * managed to put there, so that each is checked, at each of at most five
 * redirects anew, and its name is resolved by the guard, whose answer the
 * connection is made to. A credential goes along to the first address's origin only.
 *
 * Its failures say `sent`: the provider has done its work by then, and may bill it.
 */
export function createDownloader(options: DownloaderOptions): Downloader {
  const agents = new Map<string, Agent>();
  const lookup = options.lookup ?? (systemLookup as LookupFunction);

  /** One set of connections for each reach: what one endpoint may reach, another may not. */
  function agentOf(reach: Reach): Agent {
    const name = JSON.stringify(reach);
    let agent = agents.get(name);
    if (agent === undefined) {
      agent = new Agent({
        connections: 32,
        allowH2: false,
        keepAliveTimeout: 4_000,
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: 10_000, ...options.connect, lookup: guardedLookup(lookup, reach) },
      });
      agents.set(name, agent);
    }
    return agent;
  }

  function fetchStep(url: URL, download: Download): Promise<FileStep | FailedExchange> {
    const { maxBytes, prefixBytes, claim, credential } = download;
    const headers: Record<string, string> = {
      "user-agent": options.userAgent,
      accept: "image/*, */*;q=0.5",
      ...withoutCredentials(download.headers),
      "accept-encoding": "identity",
    };
    if (credential !== undefined) headers[credential.name] = credential.value;
    if (prefixBytes !== undefined) headers["range"] = `bytes=0-${prefixBytes - 1}`;
    return performExchange<FileStep>(
      agentOf(download.reach),
      { origin: url.origin, path: url.pathname + url.search, method: "GET", headers },
      download.signal,
      (head, control) => readFile(head, control, { maxBytes, prefixBytes, claim }),
    );
  }

  return {
    async download(download) {
      if (isDataUrl(download.url)) return readDataUrl(download);
      let checked = checkUrl(download.url, download.reach);
      let { credential } = download;
      for (let redirects = 0; redirects <= mostRedirects; redirects++) {
        if (checked.kind === "refused") return refused(checked.refusal);
        const { url } = checked;
        const step = await fetchStep(url, { ...download, credential });
        if (step.kind === "failed") return asDownloadFailure(step);
        if (step.kind === "file") return step;
        checked = checkUrl(step.location, download.reach, url);
        if (checked.kind === "allowed" && checked.url.origin !== url.origin) credential = undefined;
      }
      return failed(`The file was moved more than ${mostRedirects} times.`);
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.close()));
    },
  };
}

const mostRedirects = 5;
const credentialHeaders = new Set(["authorization", "cookie", "proxy-authorization", "host"]);

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !credentialHeaders.has(name.toLowerCase())),
  );
}

function readDataUrl({ url, maxBytes, prefixBytes }: Download): DownloadResult {
  // Four characters make at most three bytes in base64, and one in every other form.
  if (url.length > maxBytes * 3 + 1024) return failed(`The file is larger than ${maxBytes} bytes.`);
  const file = decodeDataUrl(url);
  if (file === undefined) return failed("The address of the file is a broken data URL.");
  if (prefixBytes !== undefined && prefixBytes <= maxBytes) {
    return { ...file, kind: "file", bytes: file.bytes.subarray(0, prefixBytes) };
  }
  if (file.bytes.length > maxBytes) return failed(`The file is larger than ${maxBytes} bytes.`);
  return { ...file, kind: "file" };
}

function failed(message: string): FailedExchange {
  return { kind: "failed", failure: badAnswer(message, undefined) };
}

/** The guard's no is a verdict: the same address gets it every time. */
function refused(refusal: Refusal): FailedExchange {
  const failure = badAnswer(`The address of the file ${refusal}.`, undefined);
  return { kind: "failed", failure: { ...failure, permanent: true } };
}

/** What went wrong with the file, seen from the provider's work, which was asked for and done. */
function asDownloadFailure({ failure }: FailedExchange): FailedExchange {
  switch (failure.class) {
    case "cancelled":
      return { kind: "failed", failure: { ...failure, delivery: "sent" } };
    case "never_sent":
    case "ambiguous":
      return {
        kind: "failed",
        failure: { ...badAnswer(failure.message, undefined), permanent: failure.permanent },
      };
    default:
      return { kind: "failed", failure };
  }
}
