import type { Job } from "../../src/domain/job.ts";
import type { Task } from "../../src/domain/task.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import type { Outcome, StreamStep, Uploaded } from "../../src/providers/outcome.ts";
import type { OperationDialect, Provider, UploadDialect } from "../../src/providers/provider.ts";
import type { Reply, StreamEvent } from "../../src/providers/reply.ts";
import type { EventFixture, Fixture, PollFixture } from "./fixture.ts";
import { decodeMedia, deepFreeze } from "./json-tree.ts";

/** The dialect of any operation. */
export type AnyDialect = OperationDialect<Task, unknown>;

/** The dialect of a fixture's operation. */
export function dialectFor(provider: Provider, fixture: Fixture): AnyDialect {
  const dialect = provider.operations[fixture.operation] as AnyDialect | undefined;
  if (dialect === undefined) throw new Error(`${fixture.name}: the provider cannot do this`);
  return dialect;
}

/** The call that a provider makes for a fixture. What it is given is frozen. */
export function callOf(dialect: AnyDialect, fixture: Fixture): HttpCall {
  const task = deepFreeze(fixture.task);
  const target = deepFreeze(fixture.target);
  if (fixture.upload) return uploadOf(dialect, fixture).call;
  if (!fixture.stream) return dialect.request(task, target);
  if (dialect.stream === undefined) throw new Error(`${fixture.name}: it does not stream`);
  return dialect.stream.request(task, target);
}

/** What a provider makes of the answer, or of the stream, of a fixture. */
export function outcomeOf(provider: Provider, fixture: Fixture): Outcome | Uploaded {
  const dialect = dialectFor(provider, fixture);
  if (fixture.events !== undefined) {
    return readStream(dialect, fixture, fixture.events).outcome;
  }
  if (fixture.reply === undefined) throw new Error(`${fixture.name}: neither reply nor events`);
  const reply = decoded(fixture.reply, callOf(dialect, fixture));
  const uploads = fixture.upload ? uploadOf(dialect, fixture).uploads : undefined;
  if (isFailedStatus(reply)) {
    return { kind: "failed", failure: (uploads?.failure ?? provider.failure)(reply) };
  }
  return uploads?.result(reply) ?? dialect.result(reply, fixture.task, fixture.target);
}

/** How the first large image of a fixture is handed over. */
function uploadOf(
  { uploads }: AnyDialect,
  { name, task }: Fixture,
): { readonly uploads: UploadDialect<Task>; readonly call: HttpCall } {
  const [image] = uploads?.images(task) ?? [];
  if (uploads === undefined || image === undefined) throw new Error(`${name}: nothing to upload`);
  return { uploads, call: uploads.request(image) };
}

/** Asks once how a job is, and says what the provider makes of the answer. */
export function followJob(
  provider: Provider,
  fixture: Fixture,
  outcome: Outcome | Uploaded,
  poll: PollFixture,
): { call: HttpCall; outcome: Outcome } {
  const dialect = dialectFor(provider, fixture);
  const job = jobOf(outcome);
  if (dialect.job === undefined) throw new Error(`${fixture.name}: it has no jobs`);
  const call = dialect.job.poll(job, fixture.target);
  const reply = decoded(poll.reply, call);
  return {
    call,
    outcome: isFailedStatus(reply)
      ? { kind: "failed", failure: dialect.job.failure?.(reply, job) ?? provider.failure(reply) }
      : dialect.job.result(reply, job, fixture.task, fixture.target),
  };
}

/** The answers of a fixture, that to its call first, then those to the questions for its job. */
export function repliesOf({ reply, polls }: Fixture): readonly Reply[] {
  return reply === undefined ? [] : [reply, ...polls.map((poll) => poll.reply)];
}

/**
 * What the provider makes of one answer of a fixture, by its number in `repliesOf`, when
 * it is `reply` and those before it are as they are written down.
 */
export function outcomeAt(
  provider: Provider,
  fixture: Fixture,
  number: number,
  reply: Reply,
): Outcome | Uploaded {
  if (number === 0) return outcomeOf(provider, { ...fixture, reply });
  const polls = fixture.polls
    .slice(0, number)
    .map((poll, index) => (index === number - 1 ? { ...poll, reply } : poll));
  return polls.reduce(
    (outcome, poll) => followJob(provider, fixture, outcome, poll).outcome,
    outcomeOf(provider, fixture),
  );
}

/** A job must survive being stored, so it is written as JSON and read again. */
export function jobOf(outcome: Outcome | Uploaded): Job {
  if (outcome.kind !== "job") throw new Error(`the outcome is no job but ${outcome.kind}`);
  return JSON.parse(JSON.stringify(outcome.job));
}

/** Reads events as the engine does: each step, then what the stream amounts to. */
export function readStream(
  dialect: AnyDialect,
  fixture: Fixture,
  events: readonly EventFixture[],
): { steps: StreamStep[]; outcome: Outcome } {
  if (dialect.stream === undefined) throw new Error(`${fixture.name}: it does not stream`);
  const { media } = dialect.stream.request(fixture.task, fixture.target);
  const reader = dialect.stream.open(fixture.task, fixture.target);
  const steps = events.flatMap((event) => reader.read(eventOf(event, media)));
  const outcome = reader.end();
  return { steps, outcome };
}

function eventOf(event: EventFixture, media: readonly string[] | undefined): StreamEvent {
  const { name = "", data, text } = event;
  return { name, text, data: data === undefined ? undefined : decodeMedia(data, media) };
}

function decoded(reply: Reply, call: HttpCall): Reply {
  if (reply.body.kind !== "json") return reply;
  return { ...reply, body: { kind: "json", value: decodeMedia(reply.body.value, call.media) } };
}

function isFailedStatus(reply: Reply): boolean {
  return reply.status < 200 || reply.status > 299;
}
