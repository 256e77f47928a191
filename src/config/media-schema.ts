import { z } from "zod";
import { allowedHosts } from "./allowed-hosts.ts";
import { parseBaseUrl } from "./base-url.ts";
import {
  byteSize,
  checkedText,
  duration,
  mapping,
  someText,
  textLeaf,
  yesOrNo,
} from "./schema-parts.ts";

const anAddress =
  "an http or https address without credentials and query, like https://images.example";

/** 1 TB is more than any disk should hold for an hour. */
const mostBytes = 2 ** 40;

/** The `media` section of spillway.yaml. Which keys go together, `mediaProblems` checks. */
export const mediaSchema = mapping({
  store: z
    .enum(["disk", "s3"], { error: "expected disk or s3" })
    .optional()
    .describe(
      "Where images go that callers want as links and that come as bytes. Without this key, they stay bytes.",
    ),
  lifetime: duration('like "1h" or "30m"').prefault("1h").describe("How long a link works."),
  directory: someText("a path")
    .optional()
    .describe("disk only: where the files are. Without this key, a temporary directory."),
  max_size: byteSize("10GiB", mostBytes)
    .prefault("1GiB")
    .describe("disk only: the most that all files have together."),
  base_url: textLeaf({ parse: parseBaseUrl, expected: anAddress })
    .optional()
    .describe("disk only: how callers reach server.listen. Without this key, by its own address."),
  bucket: checkedText("the name of a bucket", (text) =>
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text),
  )
    .optional()
    .describe("s3 only: the bucket. It can stay private."),
  region: checkedText('a region, like "eu-central-1"', (text) => /^[a-z0-9-]+$/.test(text))
    .prefault("us-east-1")
    .describe("s3 only: the region of the bucket."),
  endpoint: textLeaf({ parse: parseBaseUrl, expected: anAddress })
    .optional()
    .describe("s3 only: a server other than Amazon's. Callers must be able to reach it."),
  path_style: yesOrNo()
    .default(false)
    .describe("s3 only: whether the bucket is in the path and not in the name of the host."),
  prefix: z
    .string({ error: "expected text" })
    .default("")
    .describe("s3 only: what the names of all files begin with."),
  access_key_id: z
    .string({ error: "expected text" })
    .optional()
    .describe("s3 only: the key. Without it, what the AWS client finds, like an instance's role."),
  secret_access_key: z
    .string({ error: "expected text" })
    .optional()
    .describe("s3 only: the secret of the key."),
  session_token: z
    .string({ error: "expected text" })
    .optional()
    .describe("s3 only: the token of temporary keys."),
  allow_private_network: yesOrNo()
    .default(false)
    .describe(
      "Whether images that callers name by address may come from private networks and this machine.",
    ),
  allow_hosts: allowedHosts
    .default([])
    .describe(
      "Hosts that images which callers name by address may come from, wherever they are: names, addresses, and networks like 10.0.0.0/8.",
    ),
});

/** A checked `media` section. */
export type CheckedMedia = z.output<typeof mediaSchema>;
