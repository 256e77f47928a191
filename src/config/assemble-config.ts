import { createHash } from "node:crypto";
import type { Rule } from "../domain/rule.ts";
import { Secret } from "../domain/secret.ts";
import { customType, isBuiltIn } from "./built-in-providers.ts";
import { callersOf } from "./callers-config.ts";
import type { CatalogConfig, Config, ProviderConfig, SandboxSettings } from "./config.ts";
import type { DefaultCredential } from "./default-credential.ts";
import { healthOf } from "./health-schema.ts";
import { hedgeOf } from "./hedge-schema.ts";
import { idempotencyOf } from "./idempotency-config.ts";
import { mediaOf } from "./media-config.ts";
import type { CheckedFile } from "./schema.ts";

/** What a configuration is made of, beside the file's content. */
export interface ConfigParts {
  readonly source: string;
  readonly file: CheckedFile;
  /** What the environment gives to providers that bring no keys of their own, by slug. */
  readonly defaults: ReadonlyMap<string, DefaultCredential>;
  readonly catalog: CatalogConfig;
  /** The line of an entry of the file. */
  readonly lineOf: (path: readonly (string | number)[]) => number;
}

/** Makes the configuration of a checked file, and freezes it. */
export function assembleConfig(parts: ConfigParts): Config {
  const { server } = parts.file;
  const content = {
    server: {
      listen: server.listen,
      grpc: server.grpc,
      admin: server.admin,
      tls: server.tls && {
        certificate: server.tls.certificate,
        key: new Secret(server.tls.key),
      },
      cors: server.cors,
      drainMs: server.drain,
      maxMessageBytes: server.max_message_size,
      retryBudget: server.retry_budget,
      limits: {
        maxConcurrent: server.limits.max_concurrent,
        queue: server.limits.queue,
        maxWaitMs: server.limits.max_wait,
      },
      workers: server.workers,
      watch: server.watch,
    },
    callers: callersOf(parts.file.callers),
    sandbox: sandboxOf(parts.file),
    media: mediaOf(parts.file.media, parts.source),
    idempotency: idempotencyOf(parts.file.idempotency, parts.source),
    providers: Object.keys(parts.file.providers).map((slug) => providerOf(slug, parts)),
    routes: parts.file.routes.map((rule, index) => ruleOf(rule, index, parts)),
  };
  const { source, catalog } = parts;
  // Whoever changes nothing in the catalogue has the same version with the next release's.
  const ownModels = catalog.builtIn && catalog.file === undefined ? undefined : catalog.models;
  const version = versionOf({ ...content, catalog: ownModels });
  return deepFreeze({ version, source, ...content, catalog });
}

function sandboxOf({ sandbox }: CheckedFile): SandboxSettings {
  return typeof sandbox === "boolean"
    ? { enabled: sandbox, faults: [] }
    : { enabled: true, faults: sandbox.faults };
}

function providerOf(slug: string, { file, defaults, lineOf }: ConfigParts): ProviderConfig {
  const entry = file.providers[slug] ?? {};
  const given = defaults.get(slug);
  const keys = entry.keys?.filter((key) => key !== "").map((key) => new Secret(key));
  const credentials = entry.credentials ? new Secret(entry.credentials) : undefined;
  return {
    slug,
    type: isBuiltIn(slug) ? slug : customType,
    keys: keys ?? given?.keys ?? [],
    baseUrl: entry.base_url,
    timeoutMs: entry.timeout,
    maxConcurrent: entry.max_concurrent,
    operations: entry.operations,
    models: entry.models,
    settings: {
      responseFormat: entry.response_format,
      maxTokensField: entry.max_tokens_field,
      includeUsage: entry.include_usage,
      authHeader: entry.auth_header?.toLowerCase(),
      allowPrivateNetwork: entry.allow_private_network,
      allowHosts: entry.allow_hosts,
    },
    health: healthOf(entry.health),
    project: entry.project ?? given?.project,
    location: entry.location,
    credentials: credentials ?? given?.credentials,
    // An empty credential is one that is missing, not one that nobody wants.
    machineCredential:
      slug === "vertex" && entry.keys === undefined && entry.credentials === undefined
        ? given?.credentials === undefined
        : undefined,
    line: lineOf(["providers", slug]),
  };
}

function ruleOf(rule: CheckedFile["routes"][number], index: number, { lineOf }: ConfigParts): Rule {
  return {
    index,
    line: lineOf(["routes", index]),
    models: rule.models,
    timeoutMs: rule.timeout,
    onRefusal: rule.on_refusal,
    strategy: rule.strategy,
    hedge: hedgeOf(rule.hedge),
    targets: rule.targets,
    health: healthOf(rule.health),
  };
}

/** Lines are left out: a comment more or less is the same configuration. */
function versionOf(content: object): string {
  const text = JSON.stringify(content, (key, value) => (key === "line" ? undefined : value));
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
