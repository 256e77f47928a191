import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Failure, type FailureClass, failureClasses } from "../../src/domain/failure.ts";
import type { JsonValue } from "../../src/domain/json.ts";
import { type Operation, operations } from "../../src/domain/operation.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import type { Outcome, StreamStep, Uploaded } from "../../src/providers/outcome.ts";
import type { Provider } from "../../src/providers/provider.ts";
import type { Reply } from "../../src/providers/reply.ts";
import { type Fixture, loadFixtures, operationInNames } from "./fixture.ts";
import { countNodes, plain, replaceEachString, replaceNode, replaceStrings } from "./json-tree.ts";
import {
  type AnyDialect,
  callOf,
  dialectFor,
  followJob,
  jobOf,
  outcomeAt,
  outcomeOf,
  readStream,
  repliesOf,
} from "./play-fixture.ts";

/** The cases that every operation of every provider needs, and what each must be taken for. */
const neededCases: Readonly<Record<string, FailureClass | "success">> = {
  ok: "success",
  "rate-limited": "overloaded",
  overloaded: "overloaded",
  "server-error-html": "server_fault",
  unauthenticated: "credential",
  quota: "quota",
  refused: "refused",
  "caller-fault": "caller_fault",
  "model-gone": "model_gone",
  "empty-result": "server_fault",
  malformed: "server_fault",
};

/** What every provider promises, checked against its fixtures and against garbage. */
export function itKeepsTheProviderContract(provider: Provider): void {
  describe(`the provider ${provider.type}`, () => {
    const { fixtures, cannot } = loadFixtures(provider.type);

    it("has a fixture for every case, or a reason why there is none", () => {
      const names = new Set(fixtures.map((fixture) => fixture.name));
      const needed = neededNames(provider);
      const missing = needed.filter((name) => !names.has(name) && !cannot[name]);
      expect(missing).toEqual([]);
      const needless = Object.keys(cannot).filter(
        (name) => names.has(name) || !needed.includes(name),
      );
      expect(needless).toEqual([]);
    });

    it("does something, in a time that is more than none", () => {
      expect(dialectsOf(provider).length).toBeGreaterThan(0);
      for (const [, { timeouts }] of dialectsOf(provider)) {
        expect(timeouts.firstContentMs).toBeGreaterThan(0);
        expect(timeouts.idleMs).toBeGreaterThan(0);
        expect(timeouts.totalMs).toBeGreaterThanOrEqual(timeouts.firstContentMs);
      }
    });

    it("says what a model can do that it has never heard of", () => {
      for (const [operation, dialect] of dialectsOf(provider)) {
        const capabilities = dialect.capabilities("some-vendor/some-model", {});
        if (operation === "chat") expect(capabilities).toHaveProperty("tools");
        else expect(capabilities).toMatchObject({ maxCountPerCall: expect.toSatisfy(isCount) });
        const streamed = dialect.stream?.maxCountPerCall;
        expect(streamed === undefined || isCount(streamed)).toBe(true);
      }
    });

    describe.each(fixtures)("$name", (fixture) => {
      const dialect = dialectFor(provider, fixture);

      it("makes the recorded call, and always the same", () => {
        const call = callOf(dialect, fixture);
        expect(plain(withoutMedia(call))).toEqual(expectedCall(fixture.call));
        expect(plain(callOf(dialect, fixture))).toEqual(plain(call));
      });

      it("makes a call that only the transport can complete", () => {
        itIsProper(callOf(dialect, fixture), provider);
      });

      it("understands the answer as it is written down", () => {
        let outcome = outcomeOf(provider, fixture);
        expect(plain(outcome)).toMatchObject(fixture.expect);
        if (fixture.events !== undefined && fixture.steps !== undefined) {
          const { steps } = readStream(dialect, fixture, fixture.events);
          expect(plain(steps)).toMatchObject(fixture.steps);
          if (steps.some((step) => step.kind === "failed")) expect(outcome.kind).toBe("failed");
        }
        for (const poll of fixture.polls) {
          const followed = followJob(provider, fixture, outcome, poll);
          itIsProper(followed.call, provider);
          if (poll.call !== undefined) {
            expect(plain(withoutMedia(followed.call))).toEqual(expectedCall(poll.call));
          }
          outcome = followed.outcome;
          expect(plain(outcome)).toMatchObject(poll.expect);
        }
        if (fixture.cancel !== undefined) {
          const call = dialect.job?.cancel?.(jobOf(outcome), fixture.target);
          expect(plain(call)).toEqual(expectedCall(fixture.cancel));
        }
        const meaning = meaningOf(fixture.caseName);
        if (meaning === "success") expect(outcome.kind).not.toBe("failed");
        else if (meaning !== undefined) expect(failureOf(outcome)?.class).toBe(meaning);
      });

      it("keeps the provider's words out of everything but the detail", () => {
        const canary = "CANARY: words that nobody may log";
        const outcomes = repliesOf(fixture).flatMap((reply, number) =>
          withCanary(reply, canary).map((echo) => outcomeAt(provider, fixture, number, echo)),
        );
        if (fixture.events !== undefined) {
          const events = fixture.events.map((event) => ({
            ...event,
            ...(event.data === undefined ? {} : { data: replaceStrings(event.data, canary) }),
            ...(event.text === undefined ? {} : { text: canary }),
          }));
          outcomes.push(outcomeOf(provider, { ...fixture, events }));
        }
        for (const outcome of outcomes) {
          const failure = failureOf(outcome);
          expect(JSON.stringify({ ...failure, detail: "" })).not.toContain("CANARY");
        }
      });

      it("survives any damage to the answer", () => {
        fc.assert(
          fc.property(fc.jsonValue({ maxDepth: 2 }), fc.nat(), (garbage, number) => {
            const outcome = outcomeOfDamaged(provider, fixture, garbage as JsonValue, number);
            expect(["done", "job", "failed", "uploaded"]).toContain(outcome.kind);
          }),
          { numRuns: 60 },
        );
      });

      if (fixture.upload) {
        it("hands over images of the task, each as it is, and no addresses", () => {
          const images = dialect.uploads?.images(fixture.task) ?? [];
          const own: readonly unknown[] = Object.values(fixture.task).flat();
          expect(images.filter((image) => !own.includes(image))).toEqual([]);
          expect(images.filter(({ kind }) => kind !== "bytes")).toEqual([]);
        });
      }

      if (fixture.events !== undefined) {
        it("takes a stream that ends early for failed", () => {
          expect(readStream(dialect, fixture, []).outcome.kind).toBe("failed");
          const events = fixture.events ?? [];
          for (let length = 1; length < events.length; length++) {
            const { steps, outcome } = readStream(dialect, fixture, events.slice(0, length));
            if (!steps.some(isUnfinishedContent)) continue;
            expect(outcome.kind).toBe("failed");
            break;
          }
        });
      }
    });

    it("finds a class for every status and every form of body", () => {
      const html = "<html><body>502 Bad Gateway</body></html>";
      const error = { error: { code: 1, message: "m", type: "t", status: "S" } };
      const bodies: Reply["body"][] = [
        { kind: "empty" },
        { kind: "text", text: html },
        { kind: "json", value: null },
        { kind: "json", value: "text" },
        { kind: "json", value: {} },
        { kind: "json", value: error },
        { kind: "json", value: [error] },
        { kind: "json", value: { error: "text", detail: [{ msg: "text" }] } },
      ];
      for (let status = 300; status < 600; status++) {
        for (const body of bodies) {
          const failure = provider.failure({ status, headers: {}, body });
          expect(failureClasses).toContain(failure.class);
          expect(failure.httpStatus).toBe(status);
          expect(failure.message).toMatch(/^[A-Z].*\.$/);
          expect(failure.message).not.toContain("<");
        }
      }
    });

    it("never throws at an answer outside 2xx", () => {
      fc.assert(
        fc.property(fc.integer({ min: 300, max: 599 }), fc.jsonValue(), (status, value) => {
          const body = { kind: "json", value: value as JsonValue } as const;
          expect(failureClasses).toContain(provider.failure({ status, headers: {}, body }).class);
        }),
      );
    });

    it("never throws at a success that makes no sense", () => {
      for (const fixture of fixtures.filter(({ caseName }) => caseName.startsWith("ok"))) {
        const dialect = dialectFor(provider, fixture);
        fc.assert(
          fc.property(fc.jsonValue(), fc.string(), (value, name) => {
            const body = { kind: "json", value: value as JsonValue } as const;
            const reply = { status: 200, headers: {}, body };
            dialect.result(reply, fixture.task, fixture.target);
            dialect.uploads?.result(reply);
            const reader = dialect.stream?.open(fixture.task, fixture.target);
            reader?.read({ name, data: value as JsonValue });
            reader?.end();
          }),
        );
      }
    });
  });
}

function dialectsOf(provider: Provider): [Operation, AnyDialect][] {
  return operations.flatMap((operation) => {
    const dialect = provider.operations[operation] as AnyDialect | undefined;
    return dialect === undefined ? [] : [[operation, dialect]];
  });
}

function neededNames(provider: Provider): string[] {
  return dialectsOf(provider).flatMap(([operation, dialect]) => {
    const cases = Object.keys(neededCases);
    if (dialect.stream !== undefined) cases.push("ok-stream");
    if (dialect.uploads !== undefined) cases.push("ok-upload");
    return cases.map((name) => `${operationInNames(operation)}-${name}`);
  });
}

/** What a case must be taken for, by the beginning of its name: "refused-output" is a refusal. */
function meaningOf(caseName: string): FailureClass | "success" | undefined {
  const known = Object.keys(neededCases).filter(
    (name) => caseName === name || caseName.startsWith(`${name}-`),
  );
  return neededCases[known.sort((left, right) => right.length - left.length)[0] ?? ""];
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isUnfinishedContent(step: StreamStep): boolean {
  return step.kind === "output" && !["image", "progress"].includes(step.event.kind);
}

function failureOf(outcome: Outcome | Uploaded): Failure | undefined {
  if (outcome.kind === "failed") return outcome.failure;
  return outcome.kind === "done" ? outcome.shortfall : undefined;
}

/** An answer with nothing but the canary in its strings, and with it in one string at a time. */
function withCanary(reply: Reply, canary: string): readonly Reply[] {
  const { body } = reply;
  if (body.kind !== "json") return [{ ...reply, body: { kind: "text", text: canary } }];
  return [replaceStrings(body.value, canary), ...replaceEachString(body.value, canary)].map(
    (value) => ({ ...reply, body: { kind: "json", value } }),
  );
}

/** Puts garbage in the place of one value of one answer, or of one event of the stream. */
function outcomeOfDamaged(
  provider: Provider,
  fixture: Fixture,
  garbage: JsonValue,
  number: number,
): Outcome | Uploaded {
  const { events } = fixture;
  if (events !== undefined) {
    const place = number % Math.max(1, events.length);
    const damaged = events.map((event, index) =>
      index !== place || event.data === undefined
        ? event
        : { ...event, data: replaceNode(event.data, number % countNodes(event.data), garbage) },
    );
    return outcomeOf(provider, { ...fixture, events: damaged });
  }
  const replies = repliesOf(fixture);
  const place = number % replies.length;
  const reply = replies[place] as Reply;
  if (reply.body.kind !== "json") return outcomeAt(provider, fixture, place, reply);
  const { value } = reply.body;
  const node = Math.floor(number / replies.length) % countNodes(value);
  const damaged = replaceNode(value, node, garbage);
  const body = { kind: "json", value: damaged } as const;
  return outcomeAt(provider, fixture, place, { ...reply, body });
}

function withoutMedia({ media: _media, ...call }: HttpCall): HttpCall {
  return call;
}

/** A fixture writes a JSON body as it is; a multipart one as `{parts: [...]}`. */
function expectedCall({ body, ...call }: Fixture["call"]): unknown {
  if (body === undefined) return call;
  if (typeof body === "object" && body !== null && "parts" in body) {
    return { ...call, body: { kind: "multipart", ...body } };
  }
  return { ...call, body: { kind: "json", value: body } };
}

function itIsProper(call: HttpCall, provider: Provider): void {
  expect(call.path).toMatch(/^(?:\/|$)/);
  expect(call.path).not.toMatch(/[?&](?:api_?)?key=/i);
  const reserved = ["authorization", "content-type", "content-length", "host"];
  if (provider.credential.kind === "header") reserved.push(provider.credential.name);
  for (const name of Object.keys(call.headers ?? {})) {
    expect(name).toBe(name.toLowerCase());
    expect(reserved).not.toContain(name);
  }
}
