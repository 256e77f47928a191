import { readdirSync, readFileSync } from "node:fs";
import type { JsonObject, JsonValue } from "../../src/domain/json.ts";
import type { Operation } from "../../src/domain/operation.ts";
import type { Task } from "../../src/domain/task.ts";
import type { CallTarget } from "../../src/providers/provider.ts";
import type { Reply } from "../../src/providers/reply.ts";

/** One exchange with a provider; test/contract/fixtures/README.md says what each field means. */
export interface Fixture {
  /** The file's name without its ending: "chat-rate-limited". */
  readonly name: string;
  /** The name without the operation: "rate-limited". */
  readonly caseName: string;
  readonly operation: Operation;
  readonly stream: boolean;
  /** Whether the call and the answer are those of the upload of its first large image. */
  readonly upload: boolean;
  readonly task: Task;
  readonly target: CallTarget;
  readonly call: JsonObject;
  readonly reply?: Reply | undefined;
  readonly events?: readonly EventFixture[] | undefined;
  readonly steps?: readonly JsonObject[] | undefined;
  readonly polls: readonly PollFixture[];
  readonly cancel?: JsonObject | undefined;
  readonly expect: JsonObject;
}

/** An event as it is written down: media still base64. */
export interface EventFixture {
  readonly name?: string;
  readonly data?: JsonValue;
  readonly text?: string;
}

/** One further question about a job, and its answer. */
export interface PollFixture {
  readonly call?: JsonObject | undefined;
  readonly reply: Reply;
  readonly expect: JsonObject;
}

/** Everything in a provider's folder. */
export interface FixtureFolder {
  readonly fixtures: readonly Fixture[];
  /** Cases that cannot exist, and why. */
  readonly cannot: Readonly<Record<string, string>>;
}

/** Reads a provider's folder. A mistake in a fixture throws, with the name of its file. */
export function loadFixtures(type: string): FixtureFolder {
  const folder = new URL(`fixtures/${type}/`, import.meta.url);
  const files = new Map<string, RawFixture>();
  let cannot: Record<string, string> = {};
  for (const file of readdirSync(folder).sort()) {
    const content = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    if (file === "cannot.json") cannot = content;
    else files.set(file.replace(/\.json$/, ""), content);
  }
  const fixtures = [...files].map(([name, raw]) => complete(name, raw, files));
  return { fixtures, cannot };
}

/** The name that files give an operation: "text-to-image". */
export function operationInNames(operation: Operation): string {
  return operation.replaceAll("_", "-");
}

type RawFixture = Partial<Omit<Fixture, "target" | "polls" | "reply">> & {
  readonly upstreamModel?: string;
  readonly target?: Partial<CallTarget>;
  readonly reply?: RawReply;
  readonly polls?: readonly (Omit<PollFixture, "reply"> & { readonly reply: RawReply })[];
};

interface RawReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
  readonly text?: string;
  /** The answer is an image, written as base64. */
  readonly base64?: string;
}

function complete(name: string, raw: RawFixture, files: ReadonlyMap<string, RawFixture>): Fixture {
  const { operation } = raw;
  if (operation === undefined) throw new Error(`${name}: operation is missing`);
  const prefix = `${operationInNames(operation)}-`;
  if (!name.startsWith(prefix)) throw new Error(`${name}: the name does not begin with ${prefix}`);
  const suffix = raw.stream === true ? "-stream" : raw.upload === true ? "-upload" : "";
  const base = files.get(`${prefix}ok${suffix}`);
  const task = raw.task ?? base?.task;
  const call = raw.call ?? base?.call;
  const upstreamModel = raw.upstreamModel ?? base?.upstreamModel;
  if (task === undefined || call === undefined || upstreamModel === undefined) {
    throw new Error(`${name}: task, call or upstreamModel is missing, and ${prefix}ok has none`);
  }
  if (raw.expect === undefined) throw new Error(`${name}: expect is missing`);
  return {
    name,
    caseName: name.slice(prefix.length),
    operation,
    stream: raw.stream === true,
    upload: raw.upload === true,
    task: reviveBytes(task) as Task,
    target: {
      upstreamModel,
      settings: {},
      endUser: "",
      callId: "11111111-2222-4333-8444-555555555555",
      partialImages: 0,
      timeLeftMs: 60_000,
      ...(raw.task === undefined ? base?.target : undefined),
      ...raw.target,
    },
    call,
    reply: raw.reply && replyOf(raw.reply),
    events: raw.events,
    steps: raw.steps,
    polls: (raw.polls ?? []).map((poll) => ({ ...poll, reply: replyOf(poll.reply) })),
    cancel: raw.cancel,
    expect: raw.expect,
  };
}

function replyOf(raw: RawReply): Reply {
  const { status, headers = {} } = raw;
  if (raw.body !== undefined) return { status, headers, body: { kind: "json", value: raw.body } };
  if (raw.base64 !== undefined) {
    const bytes = new Uint8Array(Buffer.from(raw.base64, "base64"));
    return { status, headers, body: { kind: "bytes", bytes } };
  }
  if (raw.text !== undefined) return { status, headers, body: { kind: "text", text: raw.text } };
  return { status, headers, body: { kind: "empty" } };
}

/** `{"$base64": "…"}` becomes bytes, and `{"$bytes": 5}` five of them. */
function reviveBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reviveBytes);
  if (typeof value !== "object" || value === null) return value;
  if ("$base64" in value) return new Uint8Array(Buffer.from(String(value.$base64), "base64"));
  if ("$bytes" in value) return new Uint8Array(Number(value.$bytes));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reviveBytes(item)]));
}
