import { describe, expect, it } from "vitest";
import type { GenerateEvent } from "../../src/domain/generated.ts";
import type { OutputEvent } from "../../src/domain/output-event.ts";
import type { Step } from "../support/scripted-transport.ts";
import {
  attemptsOf,
  begin,
  breaks,
  candidate,
  chatTask,
  done,
  execute,
  failed,
  fails,
  gives,
  image,
  imageTask,
  last,
  piece,
  says,
  streamDialect,
} from "./world.ts";

const text = (words: string): OutputEvent => ({ kind: "text", text: words });
const streaming = (task = chatTask) => [
  candidate("a", { task, dialect: { stream: streamDialect } }),
  candidate("b", { task, dialect: { stream: streamDialect } }),
];
const whole: Step = {
  kind: "events",
  events: [piece(100, text("Good")), piece(100, text(" day")), last(says("Good day"), 100)],
};
const cut: Step = {
  kind: "events",
  events: [piece(100, text("Go"))],
  ending: breaks("server_fault", "sent"),
};
const shortStory = (events: readonly GenerateEvent[]) =>
  events.map((event) =>
    event.kind === "text"
      ? event.text
      : event.kind === "attempt_finished"
        ? `${event.attempt.outcome}${event.attempt.discardOutput ? ", void" : ""}`
        : event.kind,
  );

describe("a stream of words", () => {
  const setup = { task: chatTask, stream: {} };

  it("is handed on piece by piece, with the whole answer at the end", async () => {
    const { result, events } = await execute({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [whole] } },
    });
    expect(shortStory(events)).toEqual(["attempt_started", "Good", " day", "succeeded"]);
    expect(result).toMatchObject({
      generated: { output: { text: "Good day" }, usage: { inputTokens: 1, outputTokens: 2 } },
    });
  });

  it("fails over in silence before the first word", async () => {
    const { result, events } = await execute({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [fails("overloaded")], b: [whole] } },
    });
    expect(shortStory(events)).toEqual([
      "attempt_started",
      "failed",
      "attempt_started",
      "Good",
      " day",
      "succeeded",
    ]);
    expect(result.kind).toBe("generated");
  });

  it("ends with the error after the first word", async () => {
    const { result, events, transport } = await execute({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [cut], b: [whole] } },
    });
    expect(shortStory(events)).toEqual(["attempt_started", "Go", "failed"]);
    expect(transport.exchanges).toHaveLength(1);
    expect(result).toMatchObject({ error: { reason: "ALL_PROVIDERS_EXHAUSTED" } });
  });

  it("begins again after the first word when the caller allows that, and says what is void", async () => {
    const { result, events } = await execute({
      task: chatTask,
      stream: { failoverAfterOutput: true },
      routing: { maxAttempts: 3 },
      candidates: streaming(),
      script: { steps: { a: [cut], b: [whole] } },
    });
    expect(shortStory(events)).toEqual([
      "attempt_started",
      "Go",
      "failed, void",
      "attempt_started",
      "Go",
      "failed, void",
      "attempt_started",
      "Good",
      " day",
      "succeeded",
    ]);
    expect(result).toMatchObject({ generated: { provider: "b" } });
  });

  it("is a failure when it ends without its terminal event", async () => {
    const { result } = await execute({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [{ kind: "events", events: [piece(1, text("Go"))] }] } },
    });
    expect(attemptsOf(result)).toMatchObject([{ failure: "server_fault", outcome: "failed" }]);
  });

  it("is a failure when an event says so", async () => {
    const { result } = await execute({
      ...setup,
      candidates: streaming(),
      script: {
        steps: {
          a: [{ kind: "events", events: [{ ms: 1, data: { steps: [failed("refused")] } }] }],
        },
      },
    });
    expect(result).toMatchObject({ error: { reason: "CONTENT_REFUSED" } });
  });

  it("is read as a whole answer when the provider does not stream it", async () => {
    const answer: Step = { kind: "reply", status: 200, json: { outcome: says("All at once") } };
    const notStreamed = await execute({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [answer] } },
    });
    expect(shortStory(notStreamed.events)).toEqual(["attempt_started", "All at once", "succeeded"]);
    const cannotStream = await execute({
      ...setup,
      candidates: [candidate("a", { task: chatTask })],
      script: { steps: { a: [answer] } },
    });
    expect(shortStory(cannotStream.events)).toEqual([
      "attempt_started",
      "All at once",
      "succeeded",
    ]);
  });
});

describe("the end of a stream", () => {
  const setup = { task: chatTask, stream: {} };
  const reset = breaks("server_fault", "sent");
  const hang: Step = { kind: "hang", delivery: "ambiguous" };
  const words = [piece(100, text("Good day")), last(says("Good day"))];

  it.each([
    ["resets the connection", reset, 100],
    ["leaves the connection open", hang, 5_100],
  ])("is its last event, also when the provider then %s", async (_, ending, at) => {
    const world = begin({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [{ kind: "events", events: words, ending }] } },
    });
    const result = await world.end();
    expect(result).toMatchObject({
      at: expect.toSatisfy((time: number) => time >= at && time < at + 1_000),
      generated: { output: { text: "Good day" }, usage: { inputTokens: 1, outputTokens: 2 } },
    });
    expect(shortStory(world.events)).toEqual(["attempt_started", "Good day", "succeeded"]);
  });

  it.each([reset, hang])("keeps an image that came before it, whatever follows", async (ending) => {
    const { result, events } = await execute({
      candidates: streaming(imageTask(1)),
      stream: {},
      script: {
        steps: {
          a: [
            {
              kind: "events",
              events: [piece(10, { kind: "image", index: 0, image: image(1) }), last(done(1))],
              ending,
            },
          ],
        },
      },
    });
    expect(shortStory(events)).toEqual(["attempt_started", "image", "succeeded"]);
    expect(attemptsOf(result)).toMatchObject([{ outcome: "succeeded" }]);
  });

  it("is not waited for behind the end mark for more than a second", async () => {
    const events = [...words, { ms: 0, text: "[DONE]" }];
    const world = begin({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [{ kind: "events", events, ending: hang }] } },
    });
    await world.clock.advance(100);
    await world.clock.advance(1_000);
    expect(await world.end()).toMatchObject({ at: 1_100, kind: "generated" });
  });

  it("is not proved by the end mark", async () => {
    const events = [piece(100, text("Go")), { ms: 0, text: "[DONE]" }];
    const { result } = await execute({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [{ kind: "events", events, ending: hang }] } },
    });
    expect(attemptsOf(result)[0]?.message).toBe("No further content for 5000 ms.");
  });

  it("is a refusal that a reset does not take back", async () => {
    const events = [last(failed("refused"))];
    const { result, transport } = await execute({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [{ kind: "events", events, ending: reset }] } },
    });
    expect(result).toMatchObject({ error: { reason: "CONTENT_REFUSED" } });
    expect(transport.exchanges).toHaveLength(1);
  });

  it("is of no use to a caller who has left", async () => {
    const world = begin({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [{ kind: "events", events: words, ending: hang }] } },
    });
    await world.clock.advance(200);
    world.caller.abort();
    expect(attemptsOf(await world.end())).toMatchObject([{ outcome: "cancelled" }]);
  });

  it.each([
    ["an answer", last(says("Good day")), { outcome: "succeeded" }],
    ["a failure", { ms: 1, data: { steps: [failed("refused")] } }, { failure: "refused" }],
    ["a stream without an end", piece(1, text("Go")), { failure: "server_fault" }],
  ])("tells the provider's id of the call, for %s", async (_, event, expected) => {
    const { result } = await execute({
      ...setup,
      routing: { maxAttempts: 1 },
      candidates: streaming(),
      script: {
        steps: { a: [{ kind: "events", events: [event], headers: { "x-request-id": "req_1" } }] },
      },
    });
    expect(attemptsOf(result)).toMatchObject([{ ...expected, upstreamRequestId: "req_1" }]);
  });
});

describe("the clocks of a stream", () => {
  const setup = { task: chatTask, stream: {} };
  const progress = (ms: number) => piece(ms, { kind: "progress", fraction: 0.1 });

  it("give up on a first word that does not come, whatever else comes", async () => {
    const { result, transport } = await execute({
      ...setup,
      candidates: streaming(),
      script: {
        steps: {
          a: [{ kind: "events", events: Array.from({ length: 20 }, () => progress(1_000)) }],
          b: [whole],
        },
      },
    });
    expect(transport.exchanges[1]?.at).toBe(10_000);
    expect(attemptsOf(result)[0]).toMatchObject({
      failure: "timeout",
      message: "No first content within 10000 ms.",
    });
  });

  it("give up on a stream that brings no more words, whatever else comes", async () => {
    const idle = [piece(1_000, text("Go")), ...Array.from({ length: 20 }, () => progress(1_000))];
    const world = begin({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [{ kind: "events", events: idle }] } },
    });
    const result = await world.end();
    expect(result.at).toBe(6_000);
    expect(attemptsOf(result)[0]).toMatchObject({
      failure: "timeout",
      message: "No further content for 5000 ms.",
    });
  });

  it("let a stream go on as long as words come, up to the attempt's time", async () => {
    const words = Array.from({ length: 40 }, () => piece(4_000, text("so ")));
    const world = begin({
      ...setup,
      candidates: streaming(),
      script: { steps: { a: [{ kind: "events", events: words }] } },
    });
    const result = await world.end();
    expect(result.at).toBe(60_000);
    expect(attemptsOf(result)[0]?.message).toBe("No result within 60000 ms.");
  });

  it("do not blame the provider for a caller that reads slowly", async () => {
    const events: GenerateEvent[] = [];
    const world = begin({
      task: chatTask,
      candidates: streaming(),
      script: { steps: { a: [whole] } },
      stream: {
        emit: async (event) => {
          if (event.kind === "text") await world.clock.sleep(20_000);
          events.push(event);
        },
      },
    });
    const result = await world.end();
    expect(result.kind).toBe("generated");
    expect(shortStory(events)).toEqual(["attempt_started", "Good", " day", "succeeded"]);
  });

  it("end a stream that its caller has left, even in the middle of a slow read", async () => {
    const world = begin({
      task: chatTask,
      candidates: streaming(),
      script: { steps: { a: [whole] } },
      stream: { emit: () => new Promise(() => {}) },
    });
    await world.clock.advance(100);
    world.caller.abort();
    const result = await world.end();
    expect(result).toMatchObject({ at: 100, error: { reason: "CANCELLED" } });
  });

  it("do not blame the provider for a stream that ends while the caller leaves", async () => {
    const world = begin({
      task: chatTask,
      candidates: streaming(),
      script: { steps: { a: [{ kind: "events", events: [piece(100, text("Go"))] }] } },
      stream: { emit: (event) => (event.kind === "text" ? new Promise(() => {}) : undefined) },
    });
    await world.clock.advance(200);
    world.caller.abort();
    const result = await world.end();
    expect(attemptsOf(result)).toMatchObject([{ failure: "cancelled", outcome: "cancelled" }]);
  });

  it("end with the deadline even when the caller does not read", async () => {
    const world = begin({
      task: chatTask,
      deadlineMs: 2_000,
      candidates: streaming(),
      script: { steps: { a: [whole] } },
      stream: { emit: () => new Promise(() => {}) },
    });
    expect(await world.end()).toMatchObject({ at: 2_000, error: { reason: "DEADLINE" } });
  });
});

describe("a stream of images", () => {
  const two = imageTask(2);
  const at = (events: readonly GenerateEvent[]) =>
    events.flatMap((event) =>
      event.kind === "image" || event.kind === "partial_image"
        ? [[event.kind, event.index, event.image.height]]
        : [],
    );

  it("shows unfinished versions, and each image once, as soon as it is there", async () => {
    const { result, events } = await execute({
      task: two,
      candidates: streaming(two),
      stream: { partialImages: 1 },
      script: {
        steps: {
          a: [
            {
              kind: "events",
              events: [
                piece(10, { kind: "partial_image", index: 1, image: image(7) }),
                piece(10, { kind: "image", index: 1, image: image(2) }),
                last(done(2)),
              ],
            },
          ],
        },
      },
    });
    expect(at(events)).toEqual([
      ["partial_image", 1, 7],
      ["image", 1, 2],
      ["image", 0, 1],
    ]);
    expect(result.kind).toBe("generated");
  });

  it("keeps the image that came when the stream breaks, and gets the other elsewhere", async () => {
    const { result, events } = await execute({
      task: two,
      candidates: streaming(two),
      stream: {},
      script: {
        steps: {
          a: [
            {
              kind: "events",
              events: [
                piece(10, { kind: "partial_image", index: 1, image: image(8) }),
                piece(10, { kind: "image", index: 1, image: image(9) }),
              ],
              ending: breaks("ambiguous", "ambiguous"),
            },
          ],
          b: [{ kind: "events", events: [last(done(1))] }],
        },
      },
    });
    expect(at(events)).toEqual([
      ["partial_image", 1, 8],
      ["image", 1, 9],
      ["image", 0, 1],
    ]);
    expect(
      attemptsOf(result).map(({ outcome, discardOutput }) => [outcome, discardOutput]),
    ).toEqual([
      ["partial", false],
      ["succeeded", false],
    ]);
  });

  it("counts an unfinished version as output that another target makes void", async () => {
    const begun: Step = {
      kind: "events",
      events: [piece(10, { kind: "partial_image", index: 0, image: image(7) })],
      ending: breaks("ambiguous", "ambiguous"),
    };
    const setup = {
      task: two,
      candidates: streaming(two),
      script: { steps: { a: [begun], b: [{ kind: "events" as const, events: [last(done(2))] }] } },
    };
    const stopped = await execute({ ...setup, stream: { partialImages: 1 } });
    expect(stopped.result.kind).toBe("failed");
    const goesOn = await execute({
      ...setup,
      stream: { partialImages: 1, failoverAfterOutput: true },
    });
    expect(attemptsOf(goesOn.result)[0]?.discardOutput).toBe(true);
    expect(goesOn.result.kind).toBe("generated");
  });

  it("has the places of the request, also with parallel calls", async () => {
    const four = imageTask(4);
    const { events } = await execute({
      task: four,
      stream: {},
      candidates: [candidate("a", { task: four, maxCountPerCall: 2 })],
      script: { steps: { a: [gives(2, { ms: 200 }), gives(2, { ms: 100 })] } },
    });
    expect(at(events)).toEqual([
      ["image", 2, 1],
      ["image", 3, 2],
      ["image", 0, 1],
      ["image", 1, 2],
    ]);
  });

  it("makes no more images by one streamed call than its provider can stream", async () => {
    const three = imageTask(3);
    const stream = { ...streamDialect, maxCountPerCall: 1 };
    const { result, transport } = await execute({
      task: three,
      stream: {},
      candidates: [candidate("a", { task: three, dialect: { stream } })],
      script: { steps: { a: [{ kind: "events", events: [last(done(1))] }] } },
    });
    expect(transport.exchanges).toHaveLength(3);
    expect(result).toMatchObject({ generated: { output: { images: { length: 3 } } } });
  });

  it("hands over one event after the other, whatever arrives at the same time", async () => {
    const four = imageTask(4);
    let open = 0;
    let mostOpen = 0;
    const world = begin({
      task: four,
      candidates: [candidate("a", { task: four, maxCountPerCall: 1 })],
      script: { steps: { a: [gives(1)] } },
      stream: {
        emit: async () => {
          open += 1;
          mostOpen = Math.max(mostOpen, open);
          for (let turn = 0; turn < 20; turn++) {
            await new Promise((resolve) => setImmediate(resolve));
          }
          open -= 1;
        },
      },
    });
    expect((await world.end()).kind).toBe("generated");
    expect(mostOpen).toBe(1);
  });
});
