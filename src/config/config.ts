import type { Address } from "../domain/address.ts";
import type { CallerSettings } from "../domain/caller-settings.ts";
import type { HealthSettings } from "../domain/health.ts";
import type { Model } from "../domain/model.ts";
import type { Operation } from "../domain/operation.ts";
import type { RetryBudgetSettings } from "../domain/retry-budget-settings.ts";
import type { Rule } from "../domain/rule.ts";
import type { Secret } from "../domain/secret.ts";
import type { TlsIdentity } from "../domain/tls-identity.ts";
import type { EndpointSettings } from "../providers/endpoint-settings.ts";

/** A checked configuration: complete, frozen, with every reference resolved. */
export interface Config {
  /** Twelve hexadecimal digits of a hash over the content; keys count by their fingerprints. */
  readonly version: string;
  /** The file's path, or "(sandbox)" for the built-in one. */
  readonly source: string;
  readonly server: ServerConfig;
  /** Those who may call. Undefined: everybody may. */
  readonly callers?: readonly CallerSettings[] | undefined;
  readonly sandbox: SandboxSettings;
  readonly media: MediaConfig;
  readonly idempotency: IdempotencyConfig;
  /** In the order of the file. */
  readonly providers: readonly ProviderConfig[];
  readonly routes: readonly Rule[];
  readonly catalog: CatalogConfig;
}

/** Which models are known, and what they cost. */
export interface CatalogConfig {
  /** The file that says what differs, as an absolute path. Undefined: there is none. */
  readonly file?: string | undefined;
  /** Whether the built-in models are among them. */
  readonly builtIn: boolean;
  /** All of them. */
  readonly models: readonly Model[];
  /** How many are the file's own. */
  readonly added: number;
  /** How many of the built-in ones it changes. */
  readonly changed: number;
  /** How many of the built-in ones it takes away. */
  readonly removed: number;
}

/** Where the gateway listens, and its limits. */
export interface ServerConfig {
  /** Connect, gRPC-Web and gRPC on one port. */
  readonly listen: Address;
  /** The listener for gRPC alone. Undefined: there is none. */
  readonly grpc?: Address | undefined;
  /** Metrics and health for the operator. Undefined: there are none. */
  readonly admin?: Address | undefined;
  /** What both listeners for callers prove with who they are. Undefined: they speak clear text. */
  readonly tls?: TlsIdentity | undefined;
  readonly cors: { readonly origins: readonly string[] };
  /** How long running requests may take to finish after SIGTERM, in milliseconds. */
  readonly drainMs: number;
  /** The largest request and the largest response, in bytes. */
  readonly maxMessageBytes: number;
  /** How much retries and failovers may add to the traffic. */
  readonly retryBudget: RetryBudgetSettings;
  /** How many requests are done at the same time, and what becomes of the others. */
  readonly limits: RequestLimits;
  /** How many processes serve. "auto": as many as the machine has processors. */
  readonly workers: number | "auto";
  /** Whether the file is read again when it changes. */
  readonly watch: boolean;
}

/** Bounds on the work at hand. */
export interface RequestLimits {
  readonly maxConcurrent: number;
  /** How many may wait. */
  readonly queue: number;
  /** The longest wait, in milliseconds. */
  readonly maxWaitMs: number;
}

/** Whether the embedded providers stand in, and how they misbehave. */
export interface SandboxSettings {
  readonly enabled: boolean;
  /** Orders for all traffic: "fal=http-503". */
  readonly faults: readonly string[];
}

/** Links to images, and images by address. */
export interface MediaConfig {
  /** Where images go for which links are wanted. Undefined: there is no such place. */
  readonly store?: DiskStoreConfig | S3StoreConfig | undefined;
  /** Whether callers' images may be fetched from private networks. */
  readonly allowPrivateNetwork: boolean;
  /** Hosts that they may be fetched from wherever these are: names, addresses, and networks like "10.0.0.0/8". */
  readonly allowHosts: readonly string[];
}

/** Files on disk, served on the Connect listener. */
export interface DiskStoreConfig {
  readonly kind: "disk";
  /** Undefined: a temporary directory. */
  readonly directory?: string | undefined;
  readonly lifetimeMs: number;
  readonly maxBytes: number;
  /** How callers reach the Connect listener. Undefined: by its own address. */
  readonly baseUrl?: string | undefined;
}

/** Objects of a bucket, by presigned links. */
export interface S3StoreConfig {
  readonly kind: "s3";
  readonly bucket: string;
  readonly region: string;
  /** Undefined: Amazon's. */
  readonly endpoint?: string | undefined;
  readonly pathStyle: boolean;
  readonly prefix: string;
  readonly lifetimeMs: number;
  /** Undefined: what the AWS client finds. */
  readonly credentials?:
    | {
        readonly accessKeyId: Secret;
        readonly secretAccessKey: Secret;
        readonly sessionToken?: Secret | undefined;
      }
    | undefined;
}

/** Where idempotency keys are kept, and for how long. */
export interface IdempotencyConfig {
  readonly store:
    | {
        readonly kind: "memory";
        /** Whether the file asks for it, or else says nothing. */
        readonly chosen: boolean;
      }
    | { readonly kind: "sqlite"; readonly path: string };
  readonly lifetimeMs: number;
  /** The most bytes that all results have together. */
  readonly maxBytes: number;
}

/** One provider of the file. */
export interface ProviderConfig {
  readonly slug: string;
  /** The provider's own name for a built-in one, else "openai-compatible". */
  readonly type: string;
  /** Without the empty ones. Empty: not configured, unless it needs no key. */
  readonly keys: readonly Secret[];
  /** In place of the vendor's origin and version prefix, without a slash at the end. */
  readonly baseUrl?: string | undefined;
  /** The time of one attempt, in milliseconds. Undefined: the provider's default. */
  readonly timeoutMs?: number | undefined;
  /** How many attempts may run there at the same time. Undefined: any number. */
  readonly maxConcurrent?: number | undefined;
  /** Undefined: all that the provider can do. */
  readonly operations?: readonly Operation[] | undefined;
  /** Globs. Undefined: any model. */
  readonly models?: readonly string[] | undefined;
  readonly settings: EndpointSettings;
  /** What differs from the defaults for when its targets are ejected. */
  readonly health?: Partial<HealthSettings> | undefined;
  /** Vertex: the Google Cloud project. */
  readonly project?: string | undefined;
  /** Vertex: the region, "global" when undefined. */
  readonly location?: string | undefined;
  /** Vertex: the service account's JSON. */
  readonly credentials?: Secret | undefined;
  /** Vertex: whether nobody names a credential, so that the machine's own serves. */
  readonly machineCredential?: boolean | undefined;
  /** Its line in the file. */
  readonly line: number;
}
