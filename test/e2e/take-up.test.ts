import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import type { GenerateResponse } from "../../gen/spillway/v1/generate_pb.ts";
import { Delivery } from "../../gen/spillway/v1/image_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { type Gatehouse, startGatehouse } from "../support/gatehouse.ts";
import { secretPrompt } from "../support/requests.ts";
import { spawnSpillway } from "../support/spawn-spillway.ts";
import { connectError, type ToldError } from "../support/told-error.ts";

/** A model of every provider that works by jobs. */
const jobModels: Readonly<Record<string, string>> = {
  fal: "fal-ai/flux/schnell",
  replicate: "black-forest-labs/flux-schnell",
  fireworks: "flux-kontext-pro",
  alibaba: "wan2.5-t2i-preview",
  runware: "bfl:5@1",
};
const slugs = Object.keys(jobModels);

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spillway-jobs-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("a gateway that is killed while providers work on jobs", () => {
  it("leaves them to the next one, which fetches each provider's by its id and buys nothing", async () => {
    const house = await startGatehouse("questions");
    const first = await serve(house);
    for (const slug of slugs) void first.generate(slug, 2).catch(() => {});
    // Kontext makes one image a job, so there are two of its.
    await house.held(slugs.length + 1);
    await first.die();
    const written = readdirSync(folder)
      .filter((name) => name.startsWith("keys.db"))
      .map((name) => readFileSync(join(folder, name), "latin1"))
      .join();
    expect(written).toContain(jobModels["fal"]);
    expect(written).not.toMatch(new RegExp(`${secretPrompt}|key-of-|order of `));

    house.open();
    const second = await serve(house);
    const bought = house.sandbox.submissions();
    const responses = await Promise.all(slugs.map((slug) => second.generate(slug, 2)));
    expect(responses.map(imagesOf)).toEqual(slugs.map(() => 2));
    expect(responses.map(({ replayed }) => replayed)).toEqual(slugs.map(() => false));
    expect(responses.flatMap(({ attempts }) => attemptLines(attempts))).toEqual(
      slugs.map((slug) => `FIRST ${slug} SUCCEEDED`),
    );
    const again = await second.generate("fal", 2);
    expect(again).toMatchObject({ replayed: true, requestId: responses[0]?.requestId });
    expect(house.sandbox.submissions()).toEqual(bought);
    expect(bought).toMatchObject({ fal: 1, replicate: 1, fireworks: 2, alibaba: 1, runware: 1 });
  });

  it("tells the reader of a stream how the job goes on", async () => {
    const house = await startGatehouse("questions");
    const first = await serve(house);
    void first.generate("runware").catch(() => {});
    await house.held(1);
    await first.die();

    house.open();
    const second = await serve(house);
    const events = await second.stream("runware");
    expect(events[0]).toMatchObject({
      case: "attemptStarted",
      value: { message: "Its job was taken up by its id, and not submitted again." },
    });
    expect(events.slice(1).map((event) => event.case)).toEqual([
      "image",
      "attemptFinished",
      "completed",
    ]);
    expect(house.sandbox.submissions()["runware"]).toBe(1);
  });

  it("or that must end before they are done, leaves them running all the same", async () => {
    const house = await startGatehouse("questions");
    const first = await serve(house);
    void first.generate("replicate").catch(() => {});
    await house.held(1);
    expect(await first.drain()).toBe(0);

    house.open();
    const second = await serve(house);
    expect(imagesOf(await second.generate("replicate"))).toBe(1);
    expect(house.sandbox.submissions()["replicate"]).toBe(1);
  });

  it("before it knows a job's id has lost it, save where the id is its own", async () => {
    const house = await startGatehouse("submissions");
    const first = await serve(house);
    for (const slug of ["fal", "runware"]) void first.generate(slug).catch(() => {});
    await house.held(2);
    await first.die();

    house.open();
    const second = await serve(house);
    const told = await second.failure("fal");
    expect(told).toMatchObject({ code: "ABORTED", reasons: ["AMBIGUOUS_OUTCOME"] });
    const found = await second.generate("runware");
    expect(imagesOf(found)).toBe(1);
    expect(house.sandbox.submissions()).toMatchObject({ fal: 1, runware: 1 });
  });

  it("and comes back without the provider names the job, and has it still when the provider is back", async () => {
    const house = await startGatehouse("questions");
    const first = await serve(house);
    void first.generate("fal").catch(() => {});
    await house.held(1);
    await first.die();

    house.open();
    const second = await serve(house, ["replicate"]);
    const told = await second.failure("fal");
    expect(told).toMatchObject({
      code: "ABORTED",
      reasons: ["AMBIGUOUS_OUTCOME"],
      metadata: {
        provider: "fal",
        upstream_model: jobModels["fal"],
        upstream_id: expect.stringMatching(/^[\w-]+$/),
      },
    });
    expect(attemptLines(told.attempts)).toEqual(["FIRST fal FAILED AMBIGUOUS AMBIGUOUS -"]);
    await second.die();

    const third = await serve(house);
    expect(imagesOf(await third.generate("fal"))).toBe(1);
    expect(house.sandbox.submissions()["fal"]).toBe(1);
  });
});

/** A gateway in a process of its own, whose keys are in the folder of the test. Each provider has a model of its name. */
async function serve({ baseUrls }: Gatehouse, configured = slugs) {
  const providers = configured.map(
    (slug) =>
      `  ${slug}: { keys: [key-of-${slug}], base_url: "${baseUrls[slug]}", allow_private_network: true }`,
  );
  const routes = slugs.map(
    (slug) =>
      `  - { models: [${slug}-boat], targets: [{ provider: ${slug}, model: "${jobModels[slug]}" }] }`,
  );
  const path = join(folder, "spillway.yaml");
  const lines = [
    `server: { listen: "127.0.0.1:0", drain: 100ms }`,
    `idempotency: { path: keys.db }`,
    "providers:",
    ...providers,
    "routes:",
    ...routes,
  ];
  writeFileSync(path, lines.join("\n"));
  const spillway = spawnSpillway(["serve", "--config", path]);
  const { listen } = await spillway.logged("listening");
  const client = createClient(
    GatewayService,
    createConnectTransport({ baseUrl: `http://${listen}`, httpVersion: "1.1" }),
  );
  const request = (slug: string, count: number) => ({
    model: `${slug}-boat`,
    idempotencyKey: `order of ${slug}`,
    task: {
      case: "textToImage" as const,
      value: { prompt: secretPrompt, options: { count, delivery: Delivery.BYTES } },
    },
  });
  return {
    generate: (slug: string, count = 1) => client.generate(request(slug, count)),
    failure: (slug: string): Promise<ToldError> =>
      client.generate(request(slug, 1)).then(() => {
        throw new Error("somebody answered, and nobody should have");
      }, connectError),
    async stream(slug: string) {
      const events = [];
      for await (const { event } of client.streamGenerate({ generate: request(slug, 1) })) {
        events.push(event);
      }
      return events;
    },
    drain() {
      spillway.kill("SIGTERM");
      return spillway.exited;
    },
    async die() {
      spillway.kill("SIGKILL");
      await spillway.exited;
    },
  };
}

/** How many images there are, whose bytes are here. */
function imagesOf({ output }: GenerateResponse): number {
  const images = output.case === "images" ? output.value.images : [];
  return images.filter(({ content }) => content.case === "data" && content.value.length > 0).length;
}
