import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { formatAddress } from "../domain/address.ts";
import type { Clock } from "../domain/clock.ts";
import { ListenError } from "../domain/listen-error.ts";
import { alibaba } from "./alibaba.ts";
import { compatible } from "./compatible.ts";
import { deepinfra } from "./deepinfra.ts";
import { fal } from "./fal.ts";
import type { Fault } from "./fault.ts";
import { createFileShelf } from "./file-shelf.ts";
import { fireworks } from "./fireworks.ts";
import { gemini } from "./gemini.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import { replicate } from "./replicate.ts";
import { runware } from "./runware.ts";
import { serveVisit } from "./serve-visit.ts";
import type { Vendor, VendorContext } from "./vendor.ts";
import { vertex } from "./vertex.ts";
import { xai } from "./xai.ts";

/** The embedded providers, running. */
export interface Sandbox {
  /** "http://127.0.0.1:41234". */
  readonly origin: string;
  /** The base URL of each embedded provider, by slug; "compatible" is the generic OpenAI-compatible server. */
  readonly baseUrls: Readonly<Record<string, string>>;
  /** How many requests that would buy something have arrived, by slug. Failed ones count. */
  submissions(): Readonly<Record<string, number>>;
  /** Replaces the faults that all traffic meets. */
  order(faults: readonly Fault[]): void;
  /** Breaks every connection and stops listening. */
  close(): Promise<void>;
}

/** How to start the embedded providers. */
export interface SandboxOptions {
  /** Default "127.0.0.1". */
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  readonly clock: Clock;
  /** The faults that all traffic meets, before those that a request orders for itself. */
  readonly faults: readonly Fault[];
  /** The slugs of further OpenAI-compatible servers, each a server of its own. Default none. */
  readonly compatibleSlugs?: readonly string[] | undefined;
  /** Time between two pieces of a stream, in milliseconds. Default 0. */
  readonly paceMs?: number | undefined;
}

/**
 * Starts every embedded provider on one HTTP server: imitations that speak each
 * vendor's wire format, check requests as the vendor does, and misbehave on
 * demand. They share no code with the gateway's side of the wire.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const host = options.host ?? "127.0.0.1";
  const newId = createIds();
  const files = createFileShelf(newId);
  const counts = new Map<string, number>();
  let vendors: readonly Vendor[] = [];
  let { faults } = options;

  const server = createServer((request, response) => {
    serveVisit(request, response, {
      vendors,
      files,
      clock: options.clock,
      faults,
      onSubmission: (slug) => counts.set(slug, (counts.get(slug) ?? 0) + 1),
    });
  });
  const wanted = { host, port: options.port ?? 0 };
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new ListenError(formatAddress(wanted), error)));
    server.listen(wanted, resolve);
  });

  const { port } = server.address() as AddressInfo;
  const origin = `http://${formatAddress({ host, port })}`;
  const context: VendorContext = {
    clock: options.clock,
    origin,
    pace: async (signal) => {
      if (options.paceMs) await options.clock.sleep(options.paceMs, signal);
    },
    newId,
    files,
  };
  const compatibleSlugs = [...new Set(["compatible", ...(options.compatibleSlugs ?? [])])];
  vendors = [
    openai(context),
    openrouter(context),
    gemini(context),
    vertex(context),
    replicate(context),
    fal(context),
    runware(context),
    alibaba(context),
    fireworks(context),
    xai(context),
    deepinfra(context),
    ...compatibleSlugs.map((slug) => compatible(context, slug)),
  ];
  return {
    origin,
    baseUrls: Object.fromEntries(
      vendors.map(({ slug, basePath, defaultVersion = "" }) => [
        slug,
        origin + basePath + defaultVersion,
      ]),
    ),
    order(next) {
      faults = next;
    },
    submissions: () => Object.fromEntries(vendors.map(({ slug }) => [slug, counts.get(slug) ?? 0])),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Ids from a counter: different within a run, the same in every run. */
function createIds(): (length: number) => string {
  let count = 0;
  return (length) => {
    const digest = createHash("sha512").update(`spillway sandbox ${count++}`).digest();
    let id = "";
    for (let index = 0; index < length; index++) {
      id += "abcdefghijklmnopqrstuvwxyz0123456789"[(digest[index % digest.length] ?? 0) % 36];
    }
    return id;
  };
}
