import { describe, expect, it } from "vitest";
import { FinishReason } from "../../gen/spillway/v1/chat_pb.ts";
import type { StreamGenerateResponse } from "../../gen/spillway/v1/generate_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { type Act, startFakeUpstream } from "../support/fake-upstream.ts";
import { chatRequest, imageRequest } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import {
  chat,
  chatStream,
  chatStreamWithError,
  error,
  images,
  keepAlive,
  page,
  resetAfterBody,
  silence,
} from "../support/upstream-acts.ts";

const whole = chatStream(["Ahoy", ", you"], "as it should");

/** What fails before the first words of an answer, and the attempt that comes of it. */
const early: readonly { readonly name: string; readonly act: Act; readonly failure: string }[] = [
  { name: "503", act: error(503, {}), failure: "OVERLOADED SENT 503" },
  { name: "a reset", act: resetAfterBody, failure: "AMBIGUOUS AMBIGUOUS -" },
  { name: "silence", act: silence, failure: "TIMEOUT AMBIGUOUS -" },
  {
    name: "a stream that opens and then says nothing",
    act: chatStream([], "never"),
    failure: "TIMEOUT AMBIGUOUS 200",
  },
  {
    name: "a stream that is only kept alive",
    act: keepAlive,
    failure: "TIMEOUT AMBIGUOUS 200",
  },
  {
    name: "a server that cannot stream",
    act: error(400, { code: "unsupported_value", param: "stream" }),
    failure: "UNSUPPORTED_HERE SENT 400",
  },
];

/** The same, for what is asked again before it is given up. */
const earlyAgain: typeof early = [
  {
    name: "a cut before the first word",
    act: chatStream([], "cut"),
    failure: "SERVER_FAULT SENT 200",
  },
  {
    name: "an end without a word",
    act: chatStream([], "without its last event"),
    failure: "SERVER_FAULT SENT 200",
  },
  {
    name: "an error in place of the first word",
    act: chatStreamWithError([]),
    failure: "SERVER_FAULT SENT 200",
  },
  { name: "a page in place of a stream", act: page(200), failure: "SERVER_FAULT SENT 200" },
];

/** What fails in the middle of an answer. */
const late: typeof early = [
  {
    name: "a cut",
    act: chatStream(["Ah", "o"], "cut"),
    failure: "SERVER_FAULT SENT 200",
  },
  {
    name: "an end without the last event",
    act: chatStream(["Ah", "o"], "without its last event"),
    failure: "SERVER_FAULT SENT 200",
  },
  {
    name: "an error in place of a word",
    act: chatStreamWithError(["Ah", "o"]),
    failure: "SERVER_FAULT SENT 200",
  },
];

describe("a stream that fails before its first word", () => {
  it.each(early)("is followed by the next target, unheard: $name", async ({ act, failure }) => {
    const { gateway } = await start(act);
    const story = await gateway.stream({ generate: chatRequest("boat") });
    expect(told(story.events)).toEqual([
      "started FIRST first -",
      `finished FIRST first FAILED ${failure}`,
      "started FAILOVER second -",
      "text Ahoy",
      "text , you",
      "finished FAILOVER second SUCCEEDED",
      "completed Ahoy, you",
    ]);
    expect(story.error).toBeUndefined();
  });

  it.each(earlyAgain)(
    "is asked once more, then followed by the next target: $name",
    async (row) => {
      const { gateway } = await start(row.act);
      const story = await gateway.stream({ generate: chatRequest("boat") });
      expect(told(story.events)).toEqual([
        "started FIRST first -",
        `finished FIRST first FAILED ${row.failure}`,
        "started RETRY first -",
        `finished RETRY first FAILED ${row.failure}`,
        "started FAILOVER second -",
        "text Ahoy",
        "text , you",
        "finished FAILOVER second SUCCEEDED",
        "completed Ahoy, you",
      ]);
      const { value } = story.events.at(-1) ?? {};
      expect(value).toMatchObject({
        output: { value: { finishReason: FinishReason.STOP } },
      });
    },
  );
});

it("a stream that no target can do fails as that", async () => {
  const { gateway } = await start(error(400, { code: "unsupported_value", param: "stream" }));
  const routing = { only: ["first"] };
  const { error: ending } = await gateway.stream({ generate: chatRequest("boat", { routing }) });
  expect([ending?.code, ...(ending?.reasons ?? [])]).toEqual([
    "FAILED_PRECONDITION",
    "NO_CAPABLE_PROVIDER",
  ]);
});

describe("a stream that fails after its first word", () => {
  it.each(late)("ends with an error and without its last message: $name", async (row) => {
    const { gateway, second } = await start(row.act);
    const { events: heard, error: ending } = await gateway.stream({
      generate: chatRequest("boat"),
    });
    expect(told(heard)).toEqual([
      "started FIRST first -",
      "text Ah",
      "text o",
      `finished FIRST first FAILED ${row.failure}`,
    ]);
    expect([ending?.code, ...(ending?.reasons ?? [])]).toEqual([
      "UNAVAILABLE",
      "ALL_PROVIDERS_EXHAUSTED",
    ]);
    expect(attemptLines(ending?.attempts ?? [])).toEqual([`FIRST first FAILED ${row.failure}`]);
    expect(second.connections).toBe(0);
  });

  it.each(late)(
    "begins again when the request allows it, and says what is void: $name",
    async (row) => {
      const { gateway, first } = await start(row.act);
      const story = await gateway.stream({
        generate: chatRequest("boat"),
        failoverAfterOutput: true,
      });
      expect(told(story.events)).toEqual([
        "started FIRST first -",
        "text Ah",
        "text o",
        `finished FIRST first FAILED ${row.failure} DISCARD`,
        "started RETRY first -",
        "text Ah",
        "text o",
        `finished RETRY first FAILED ${row.failure} DISCARD`,
        "started FAILOVER second -",
        "text Ahoy",
        "text , you",
        "finished FAILOVER second SUCCEEDED",
        "completed Ahoy, you",
      ]);
      expect(first.requests).toHaveLength(2);
      expect(story.error).toBeUndefined();
    },
  );

  it("is given up when its words stop coming", async () => {
    const { gateway } = await start(chatStream(["Ah"], "never"));
    const { events: heard, error: ending } = await gateway.stream({
      generate: chatRequest("boat"),
    });
    expect(told(heard).at(-1)).toBe("finished FIRST first FAILED TIMEOUT AMBIGUOUS 200");
    expect(ending?.reasons).toEqual(["ALL_PROVIDERS_EXHAUSTED"]);
  });
});

describe("a stream of a target that does not stream", () => {
  it("tells an answer that came all at once", async () => {
    const { gateway } = await start(chat("Ahoy"));
    const story = await gateway.stream({ generate: chatRequest("boat") });
    expect(told(story.events)).toEqual([
      "started FIRST first -",
      "text Ahoy",
      "finished FIRST first SUCCEEDED",
      "completed Ahoy",
    ]);
  });

  it("tells each image as it is there, and where it stands", async () => {
    const { gateway, second } = await start(images(10, 1));
    second.play(images(20));
    const story = await gateway.stream({ generate: imageRequest("boat", {}, 3) });
    expect(told(story.events)).toEqual([
      "started FIRST first -",
      "image 0 10",
      "finished FIRST first PARTIAL SERVER_FAULT SENT 200",
      "started MISSING_IMAGES second -",
      "image 1 20",
      "image 2 20",
      "finished MISSING_IMAGES second SUCCEEDED",
      "completed 10 20 20",
    ]);
  });
});

async function start(firstDoes: Act) {
  const first = await startFakeUpstream(firstDoes);
  const second = await startFakeUpstream(whole);
  const gateway = await startGateway(`
providers:
  first: { type: openai-compatible, base_url: "${first.url}", timeout: 300ms }
  second: { type: openai-compatible, base_url: "${second.url}" }
routes:
  - models: ["boat"]
    targets: [{ provider: first }, { provider: second, priority: 1 }]
`);
  return { first, second, gateway };
}

/** A stream's events, one line each. */
function told(all: readonly StreamGenerateResponse["event"][]): string[] {
  return all.map((event) => {
    switch (event.case) {
      case "attemptStarted":
        return `started ${attemptLines([event.value])[0]}`;
      case "attemptFinished":
        return `finished ${attemptLines([event.value])[0]}${event.value.discardOutput ? " DISCARD" : ""}`;
      case "textDelta":
        return `text ${event.value.text}`;
      case "image":
        return `image ${event.value.index} ${event.value.image?.width}`;
      case "completed": {
        const { output } = event.value;
        return output.case === "chat"
          ? `completed ${output.value.text}`
          : `completed ${output.value?.images.map(({ width }) => width).join(" ")}`;
      }
      default:
        return String(event.case);
    }
  });
}
