import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/domain/json.ts";
import type { AcceptedDifference } from "./accepted-differences.ts";
import { type CapturedRequest, captureRequest } from "./capture-request.ts";

/** The same task, asked by us and by the vendor's client. */
export interface RequestPair {
  readonly name: string;
  readonly ours: (origin: string) => PromiseLike<unknown>;
  readonly theirs: (origin: string) => PromiseLike<unknown>;
  readonly accepted: readonly AcceptedDifference[];
}

/**
 * Headers that say who the client is and how the connection works, not what is
 * asked. Every other header is compared.
 */
const neutralHeaders =
  /^(host|connection|content-length|transfer-encoding|accept-encoding|accept-language|cache-control|pragma|sec-fetch-mode|user-agent|x-goog-api-client|x-stainless-.*|http-referer|x-openrouter-title)$/;

/** Tests that each pair's requests differ in exactly what is accepted: nothing more, and nothing less. */
export function testSameRequests(title: string, pairs: readonly RequestPair[]): void {
  describe(title, () => {
    it.each(pairs)("for $name", async (pair) => {
      expect(await requestDifferences(pair)).toEqual(withoutReasons(pair.accepted));
    });
  });
}

/** Every difference between what the two send, field by field, in the order of the fields' names. */
async function requestDifferences(
  pair: Pick<RequestPair, "ours" | "theirs">,
): Promise<readonly Omit<AcceptedDifference, "because">[]> {
  const ours = flatten(await captureRequest(pair.ours));
  const theirs = flatten(await captureRequest(pair.theirs));
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .sort()
    .filter((at) => ours.get(at) !== theirs.get(at))
    .map((at) => difference(at, ours.get(at), theirs.get(at)));
}

/** What `requestDifferences` gives when exactly the accepted differences are there. */
function withoutReasons(
  accepted: readonly AcceptedDifference[],
): readonly Omit<AcceptedDifference, "because">[] {
  return accepted
    .map(({ at, ours, theirs }) => difference(at, ours, theirs))
    .sort((left, right) => (left.at < right.at ? -1 : 1));
}

function difference(
  at: string,
  ours: JsonValue | undefined,
  theirs: JsonValue | undefined,
): Omit<AcceptedDifference, "because"> {
  return {
    at,
    ...(ours === undefined ? {} : { ours }),
    ...(theirs === undefined ? {} : { theirs }),
  };
}

/** A request as its leaves, by path. An empty list or object is a leaf, too: its JSON. */
function flatten(request: CapturedRequest): ReadonlyMap<string, JsonValue> {
  const leaves = new Map<string, JsonValue>();
  const walk = (at: string, value: JsonValue): void => {
    if (typeof value !== "object" || value === null) {
      leaves.set(at, value);
      return;
    }
    const entries = Object.entries(value as object);
    if (entries.length === 0) leaves.set(at, JSON.stringify(value));
    for (const [key, inner] of entries) {
      walk(Array.isArray(value) ? `${at}[${key}]` : `${at}.${key}`, inner as JsonValue);
    }
  };
  leaves.set("method", request.method);
  leaves.set("path", request.path);
  for (const [name, value] of Object.entries(request.query)) leaves.set(`query.${name}`, value);
  for (const [name, value] of Object.entries(request.headers)) {
    if (!neutralHeaders.test(name)) leaves.set(`headers.${name}`, value);
  }
  if (request.body !== undefined) walk("body", request.body);
  return leaves;
}
