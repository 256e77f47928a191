import { z } from "zod";
import { parseAddress } from "../domain/address.ts";
import { closestName } from "../domain/closest-names.ts";
import { problemHint } from "../domain/did-you-mean.ts";
import { operations } from "../domain/operation.ts";
import { defaultRetryBudget } from "../domain/retry-budget-settings.ts";
import { allowedHosts } from "./allowed-hosts.ts";
import { isOrigin, parseBaseUrl } from "./base-url.ts";
import { builtInSlugs, customType, isBuiltIn } from "./built-in-providers.ts";
import { callersSchema } from "./callers-schema.ts";
import { catalogSection } from "./catalog-schema.ts";
import { isCredentialsJson } from "./credentials-json.ts";
import { isFaultOrder } from "./fault-order.ts";
import { healthSchema } from "./health-schema.ts";
import { hedgeSchema } from "./hedge-schema.ts";
import { idempotencySchema } from "./idempotency-schema.ts";
import { mediaSchema } from "./media-schema.ts";
import {
  byteSize,
  checkedText,
  duration,
  globText,
  keyText,
  list,
  mapping,
  someText,
  textLeaf,
  wholeNumber,
  yesOrNo,
} from "./schema-parts.ts";
import { slug } from "./slug.ts";
import { strategySchema } from "./strategy-schema.ts";
import { tlsSchema } from "./tls-schema.ts";

/**
 * The one description of spillway.yaml: it checks files, docs/spillway.schema.json
 * is written from it, and docs/configuration.md is tested against it. `slugs`
 * are the custom providers of the file at hand, which its targets and faults may name.
 */
export function configSchema(slugs: ReadonlySet<string>) {
  return mapping({
    server: server.prefault({}).describe("Where Spillway listens, and its limits."),
    sandbox: z
      .union([z.boolean(), mapping({ faults: faults(slugs).describe(faultsText) })], {
        error: "expected true, false or a mapping with faults",
      })
      .default(false)
      .describe(
        "Whether every provider without a base_url is the embedded imitation. A mapping switches the sandbox on and says how it misbehaves.",
      ),
    media: mediaSchema.prefault({}).describe("Links to images, and images by address."),
    idempotency: idempotencySchema
      .prefault({})
      .describe("What idempotency keys stand for, and where that is kept."),
    catalog: catalogSection.prefault({}).describe("Which models are known, and what they cost."),
    callers: callersSchema
      .optional()
      .describe("Who may call, by name. Without this key, everybody who reaches the port."),
    providers: z
      .record(slug, provider, { error: "expected a mapping of providers by slug" })
      .prefault({})
      .describe("The providers by slug. A built-in slug needs no type."),
    routes: list(rule(slugs), "rules")
      .prefault([])
      .describe("Which targets serve which models. The most specific pattern wins."),
  });
}

/** A checked file. */
export type CheckedFile = z.output<ReturnType<typeof configSchema>>;

const address = textLeaf({
  parse: parseAddress,
  expected: 'a host and a port, like "127.0.0.1:8080" or "[::1]:8080"',
  forNumber: (value) => `127.0.0.1:${value}`,
});

const glob = globText();

const someWorkers = { error: 'expected a whole number from 1 to 256, or "auto"' };

/** No machine has more processors; a port that stands in the wrong place is more. */
const workerCount = z.int32(someWorkers).min(1, someWorkers).max(256, someWorkers);

const server = mapping({
  listen: address
    .prefault("127.0.0.1:8080")
    .describe("Connect, gRPC-Web and gRPC on one port, HTTP/1.1 and HTTP/2."),
  grpc: address.optional().describe("gRPC for throughput. Without it there is no such listener."),
  admin: address
    .optional()
    .describe("/metrics, /healthz and /readyz. Without it there is no such listener."),
  tls: tlsSchema
    .optional()
    .describe("Both listeners speak TLS with it. Without this key, clear text."),
  cors: mapping({
    origins: list(checkedText('an origin, like "https://app.example", or "*"', isOrigin), "origins")
      .prefault([])
      .describe('The web pages that may call, by origin. "*" lets every page call.'),
  })
    .prefault({})
    .describe("Calls from browsers."),
  drain: duration()
    .prefault("30s")
    .describe("How long running requests may take to finish after SIGTERM."),
  max_message_size: byteSize("64MiB")
    .prefault("64MiB")
    .describe("The largest request and the largest response, images included."),
  retry_budget: mapping({
    ratio: atLeastZero()
      .default(defaultRetryBudget.ratio)
      .describe("The share of the last 10 seconds' requests that may be tried once more."),
    floor: atLeastZero()
      .default(defaultRetryBudget.floor)
      .describe("So many attempts a second may be added in any case."),
  })
    .prefault({})
    .describe("How much retries and failovers may add to the traffic."),
  limits: mapping({
    max_concurrent: wholeNumber(1)
      .default(1024)
      .describe("How many requests are done at the same time."),
    queue: wholeNumber(0)
      .default(1024)
      .describe("How many more may wait for a place, here and at each provider with a limit."),
    max_wait: duration().prefault("5s").describe("The longest wait for a place."),
  })
    .prefault({})
    .describe("When the gateway is full. Who finds no place is told when to come back."),
  workers: z
    .union([z.literal("auto", someWorkers), workerCount], someWorkers)
    .default(1)
    .describe("How many processes serve. auto: as many as the machine has processors."),
  watch: yesOrNo()
    .default(true)
    .describe("Whether the file is read again when it changes. SIGHUP reads it in any case."),
});

const faultsText = "Faults for all traffic.";

function faults(slugs: ReadonlySet<string>) {
  const isOrder = (text: string) => isFaultOrder(text, slugs);
  return list(checkedText('an order like "openai=http-503" or "*=slow:2s"', isOrder), "orders");
}

const provider = mapping(
  {
    type: z
      .enum([customType, ...builtInSlugs], { error: `expected ${customType}` })
      .optional()
      .describe("What a provider with a slug of your own is: openai-compatible."),
    keys: list(keyText("a key of printable characters without spaces"), "keys")
      .optional()
      .describe(
        "The keys. When one is refused or used up, the next serves. Empty ones do not count. Without this key, a built-in provider takes the key of its environment variable.",
      ),
    base_url: textLeaf({
      parse: parseBaseUrl,
      expected: "an http or https address without credentials and query, like https://host/v1",
    })
      .optional()
      .describe("In place of the vendor's origin and version prefix."),
    timeout: duration()
      .optional()
      .describe("The time of one attempt, in place of the provider's default."),
    max_concurrent: wholeNumber(1)
      .optional()
      .describe("How many attempts may run there at the same time. Without this key, any number."),
    operations: list(
      z.enum(operations, { error: `expected one of ${operations.join(", ")}` }),
      "operations",
    )
      .min(1, { error: "expected at least one operation" })
      .optional()
      .describe("What to use it for. Without this key, all that it can do."),
    models: list(glob, "patterns")
      .min(1, { error: "expected at least one pattern" })
      .optional()
      .describe("Patterns of the models that it serves. Without this key, any."),
    project: checkedText("a Google Cloud project id", (text) => /^[a-z0-9:.-]+$/.test(text))
      .optional()
      .describe("vertex only: the Google Cloud project."),
    location: checkedText('a location, like "global" or "europe-west4"', (text) =>
      /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text),
    )
      .optional()
      .describe("vertex only: the location. Without this key, global."),
    // An empty one is a credential that is missing, as an empty key is.
    credentials: checkedText(
      "a service account's JSON as text, best from a file",
      (text) => text === "" || isCredentialsJson(text),
    )
      .optional()
      .describe("vertex only: the service account's JSON."),
    response_format: z
      .enum(["b64_json", "url"], { error: "expected b64_json or url" })
      .optional()
      .describe("openai-compatible only: sent with images. Without this key, not sent."),
    max_tokens_field: z
      .enum(["max_tokens", "max_completion_tokens"], {
        error: "expected max_tokens or max_completion_tokens",
      })
      .optional()
      .describe("openai-compatible only: the field for the limit of tokens."),
    include_usage: yesOrNo()
      .optional()
      .describe("openai-compatible only: whether to ask for usage at the end of a stream."),
    auth_header: checkedText("the name of an HTTP header", (text) =>
      /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text),
    )
      .optional()
      .describe("openai-compatible only: the header that carries the key as it is."),
    health: healthSchema
      .optional()
      .describe("When its targets get no traffic for a while. Without a key, the default."),
    allow_private_network: yesOrNo()
      .optional()
      .describe("Whether addresses in its answers may lead to private networks."),
    allow_hosts: allowedHosts
      .optional()
      .describe("Hosts that addresses in its answers may lead to, wherever they are."),
  },
  "expected a mapping, {} when there is nothing to say",
);

function rule(slugs: ReadonlySet<string>) {
  const target = mapping({
    provider: z
      .string({ error: "expected a provider's slug" })
      .refine((text) => slugs.has(text) || isBuiltIn(text), {
        error: ({ input }) => {
          const meant = closestName(String(input), [...slugs, ...builtInSlugs]);
          return `expected a provider of this file or a built-in one${problemHint(meant)}`;
        },
      })
      .describe("The provider's slug."),
    priority: wholeNumber(0)
      .default(0)
      .describe("The group. 0 first; the next one only when every target before it failed."),
    weight: atLeastZero()
      .default(1)
      .describe("The share of its group's sum. 0 takes no first traffic, only failovers."),
    model: someText()
      .optional()
      .describe(
        "The name by which the provider knows the model. Without this key, the catalogue's, else the caller's.",
      ),
  });
  return mapping({
    models: list(glob, "patterns")
      .min(1, { error: "expected at least one pattern" })
      .describe("Names or patterns of models. * stands for any letters."),
    timeout: duration()
      .optional()
      .describe("The time of a request whose caller sets no deadline. Without this key, 300s."),
    on_refusal: z
      .enum(["stop", "next"], { error: "expected stop or next" })
      .optional()
      .describe(
        "When a provider's safety system refuses: stop, or try the next target. Without this key, stop.",
      ),
    strategy: strategySchema,
    hedge: hedgeSchema
      .optional()
      .describe(
        "When the next target is asked too, beside a first one that is slow. Without this key, never.",
      ),
    health: healthSchema
      .optional()
      .describe("The same for this rule. Without a key, as the provider's."),
    targets: list(target, "targets")
      .min(1, { error: "expected at least one target" })
      .describe("Who serves these models."),
  });
}

function atLeastZero() {
  const error = "expected a number of at least 0";
  return z.number({ error }).nonnegative({ error });
}
