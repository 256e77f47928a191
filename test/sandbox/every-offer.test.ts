import { afterAll, expect, it } from "vitest";
import { models } from "../../src/catalog/models.ts";
import type { ModelOffer } from "../../src/domain/model.ts";
import type { Operation } from "../../src/domain/operation.ts";
import type { ImageBytes, Task } from "../../src/domain/task.ts";
import { buildFleet } from "../../src/gateway/build-fleet.ts";
import { systemClock } from "../../src/process/system-clock.ts";
import type { Endpoint } from "../../src/providers/endpoint.ts";
import { builtInProviders } from "../../src/providers/list.ts";
import type { OperationDialect } from "../../src/providers/provider.ts";
import { abilityOf } from "../../src/router/ability.ts";
import { fitTask } from "../../src/router/fit-task.ts";
import { createTransport } from "../../src/transport/http-transport.ts";
import { loadGood } from "../config/config-world.ts";
import { chatTask, imageTask } from "../support/fake-request.ts";
import { tinyPng } from "../support/tiny-png.ts";
import { openSandbox } from "./open-sandbox.ts";

const transport = createTransport({ clock: systemClock });
afterAll(() => transport.close());

it.each(builtInProviders.map(({ type }) => type))(
  "the embedded %s takes every offer of the catalogue by each of its operations, with no options",
  async (slug) => {
    await using open = await openSandbox();
    const fleet = buildFleet(loadGood("sandbox: true"), open.sandbox.baseUrls);
    const endpoint = fleet.get(slug);
    if (endpoint === undefined) throw new Error(`${slug} is not in the fleet`);
    const offers = models.flatMap((model) => model.offers.filter((one) => one.provider === slug));
    expect(offers).not.toEqual([]);
    const refused: string[] = [];
    for (const offer of offers) {
      for (const operation of offer.operations) {
        const problem = await problemOf(endpoint, offer, operation);
        if (problem !== undefined) refused.push(`${offer.upstreamModel} ${operation}: ${problem}`);
      }
    }
    expect(refused).toEqual([]);
  },
  60_000,
);

/** Sends the plainest task of an operation, and says why it is not taken. Undefined when it is. */
async function problemOf(
  endpoint: Endpoint,
  offer: ModelOffer,
  operation: Operation,
): Promise<string | undefined> {
  const { upstreamModel, limits } = offer;
  const ability = abilityOf(endpoint, upstreamModel, operation, limits);
  const task = plainTasks[operation];
  let fitted = fitTask(task, ability, { mode: "adapt" });
  if (fitted.kind === "unsupported" && fitted.field === "mask" && task === plainTasks.image_edit) {
    fitted = fitTask({ ...plainTasks.image_edit, mask: image }, ability, { mode: "adapt" });
  }
  if (fitted.kind === "unsupported") return fitted.reason;
  const dialect = endpoint.provider.operations[operation] as
    | OperationDialect<Task, unknown>
    | undefined;
  if (dialect === undefined) return "it has no dialect";
  const target = {
    upstreamModel,
    settings: endpoint.settings,
    endUser: "",
    partialImages: 0,
    callId: crypto.randomUUID(),
    timeLeftMs: 60_000,
  };
  const answer = await transport.call({
    endpoint,
    call: dialect.request(fitted.fit.task, target),
    key: endpoint.keys[0],
    headers: {},
    signal: new AbortController().signal,
  });
  if (answer.kind === "failed") return answer.failure.message;
  const { reply } = answer;
  if (reply.status >= 300) return `HTTP ${reply.status}, ${JSON.stringify(reply.body)}`;
  const outcome = dialect.result(reply, fitted.fit.task, target);
  return outcome.kind === "failed" ? outcome.failure.message : undefined;
}

const image: ImageBytes = {
  kind: "bytes",
  bytes: tinyPng(1024, 768),
  mimeType: "image/png",
  size: { width: 1024, height: 768 },
};

const plainTasks = {
  text_to_image: imageTask(),
  image_edit: {
    operation: "image_edit",
    prompt: "make it red",
    images: [image],
    maskPolarity: "white_is_edited",
    options: { count: 1 },
  },
  image_upscale: {
    operation: "image_upscale",
    image: { ...image, bytes: tinyPng(64, 48), size: { width: 64, height: 48 } },
    scaleFactor: 2,
    options: { count: 1 },
  },
  chat: chatTask(),
} as const satisfies Readonly<Record<Operation, Task>>;
