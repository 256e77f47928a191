import { describe, expect, it } from "vitest";
import { DuplicateSpend } from "../../gen/spillway/v1/generate_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { type Act, startFakeUpstream } from "../support/fake-upstream.ts";
import { imageRequest } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { tinyPng } from "../support/tiny-png.ts";
import { error, images, json, page, resetAfterBody } from "../support/upstream-acts.ts";
import { byPath, flood, inTurn } from "./support/chaos-acts.ts";
import { chaosClock } from "./support/chaos-clock.ts";

/** One way in which an accepted job goes wrong. */
interface BadJob {
  readonly name: string;
  /** What the provider answers to who asks for the job. */
  readonly poll: Act;
  /** What it does when the job is cancelled. Default: it confirms. */
  readonly cancel?: Act;
  /** What whoever fetches the image gets. Default: it is gone. */
  readonly file?: Act;
  /** What the attempt amounts to. */
  readonly failure: string;
  /** The time of one attempt, on the gateway's clock. Default 60 s. */
  readonly timeout?: string;
  /** Whether it may be billed, so that FORBID ends the request with it. */
  readonly forbidden?: boolean;
}

/** Says that the job has ended, with an image on the same server. */
const succeeded: Act = {
  play(visit) {
    const output = `http://${visit.request.headers.host}/v1/files/boat.png`;
    json(200, { ...prediction("succeeded"), output }).play(visit);
  },
};

const running = json(200, prediction("processing"));
const failed = json(200, {
  ...prediction("failed"),
  error: "Prediction interrupted; please retry (code: PA)",
});

const badJobs: readonly BadJob[] = [
  { name: "never ends", poll: running, timeout: "4s", failure: "TIMEOUT SENT 20[01]" },
  {
    name: "never ends and cannot be cancelled",
    poll: running,
    cancel: error(500, {}),
    timeout: "4s",
    failure: "TIMEOUT AMBIGUOUS 20[01]",
    forbidden: true,
  },
  {
    name: "is done by the time that it is cancelled",
    poll: running,
    cancel: json(200, prediction("succeeded")),
    timeout: "4s",
    failure: "TIMEOUT AMBIGUOUS 20[01]",
    forbidden: true,
  },
  {
    name: "vanishes",
    poll: inTurn(running, error(404, {})),
    failure: "AMBIGUOUS AMBIGUOUS 404",
    forbidden: true,
  },
  { name: "fails late", poll: inTurn(running, running, failed), failure: "SERVER_FAULT SENT 200" },
  {
    name: "is answered for with nothing but errors",
    poll: error(500, {}),
    failure: "AMBIGUOUS AMBIGUOUS 500",
    forbidden: true,
  },
  {
    name: "is answered for with pages",
    poll: page(200),
    failure: "AMBIGUOUS AMBIGUOUS 200",
    forbidden: true,
  },
  ...[403, 404, 410].map(
    (status): BadJob => ({
      name: `ends in an address that has expired (${status})`,
      poll: inTurn(running, succeeded),
      file: error(status, {}),
      failure: `SERVER_FAULT SENT ${status}`,
      forbidden: true,
    }),
  ),
  {
    name: "ends in a file of 100 MB",
    poll: succeeded,
    file: flood(200, { "content-type": "image/png", "content-length": "100000000" }, 1e8),
    failure: "SERVER_FAULT SENT 200",
    forbidden: true,
  },
];

describe("a job that", () => {
  it.each(badJobs)("$name is neither waited for without end nor paid for twice", async (row) => {
    const { gateway, submitted } = await start(row);
    const { attempts, provider } = await gateway.generate(imageRequest("boat"));
    expect(provider).toBe("good");
    const [first = "", ...others] = attemptLines(attempts);
    expect(first).toMatch(new RegExp(`^FIRST replicate FAILED (${row.failure})$`));
    expect(others.at(-1)).toBe("FAILOVER good SUCCEEDED");
    const count = submitted();
    expect(count).toBe(attempts.length - 1);
    // An image that is made and cannot be fetched is not bought there once more.
    if (row.file !== undefined) expect(count).toBe(1);

    const forbid = imageRequest("boat", { routing: { duplicateSpend: DuplicateSpend.FORBID } });
    if (row.forbidden) {
      const told = await gateway.failure(forbid);
      expect([told.code, ...told.reasons]).toEqual(["ABORTED", "AMBIGUOUS_OUTCOME"]);
      expect(submitted()).toBe(count + 1);
    } else {
      expect((await gateway.generate(forbid)).provider).toBe("good");
    }
  });

  it("is hard to hear of is submitted once, and its image arrives", async () => {
    const file: Act = { play: ({ response }) => void response.end(tinyPng(10, 8)) };
    const { gateway, submitted } = await start({
      poll: inTurn(error(500, {}), resetAfterBody, error(503, {}), page(502), running, succeeded),
      file,
    });
    const { attempts } = await gateway.generate(imageRequest("boat"));
    expect(attemptLines(attempts)).toEqual(["FIRST replicate SUCCEEDED"]);
    expect(submitted()).toBe(1);
  });
});

/** Replicate with such jobs, and another provider after it, on a clock that is ten times as fast. */
async function start({
  poll,
  cancel = json(200, prediction("canceled")),
  file = error(404, {}),
  timeout = "60s",
}: Pick<BadJob, "poll" | "cancel" | "file" | "timeout">) {
  const replicate = await startFakeUpstream(
    byPath({
      "POST /v1/models/": json(201, prediction("starting")),
      "GET /v1/predictions/boat1": poll,
      "POST /v1/predictions/boat1/cancel": cancel,
      "GET /v1/files/": file,
    }),
  );
  const good = await startFakeUpstream(images(20));
  const gateway = await startGateway(
    `
providers:
  replicate: { keys: [any], base_url: "${replicate.url}", timeout: ${timeout}, allow_private_network: true }
  good: { type: openai-compatible, base_url: "${good.url}" }
routes:
  - models: [boat]
    targets:
      - { provider: replicate, model: black-forest-labs/flux-schnell }
      - { provider: good, priority: 1 }
`,
    { clock: chaosClock(10) },
  );
  const submitted = () =>
    replicate.requests.filter(({ path }) => path.startsWith("/v1/models/")).length;
  return { gateway, submitted };
}

function prediction(status: string): object {
  return { id: "boat1", status, output: null, error: null, metrics: {} };
}
