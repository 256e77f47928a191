import { Code } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { AttemptOutcome } from "../../gen/spillway/v1/attempt_pb.ts";
import { type Act, startFakeUpstream, type Visit } from "../support/fake-upstream.ts";
import { chatRequest, imageRequest } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { images } from "../support/upstream-acts.ts";
import { within } from "../support/within.ts";

describe("a gateway at its limit", () => {
  it("serves what it may, lets some wait, and sheds the rest at once", async () => {
    const held = heldImages();
    const upstream = await startFakeUpstream(held.act);
    const gateway = await startGateway(
      config({ limits: "max_concurrent: 4, queue: 8, max_wait: 30s", slow: upstream.url }),
    );
    const ended: { readonly code: string; readonly retryAfterMs: number | undefined }[] = [];
    let served = 0;
    const shed = Promise.withResolvers<void>();
    const calls = Array.from({ length: 50 }, async () => {
      const end = await gateway
        .generate(imageRequest("boat"))
        .then(() => undefined)
        .catch((error: Error) => JSON.parse(error.message));
      if (end === undefined) served++;
      else if (ended.push(end) === 38) shed.resolve();
    });

    // Nothing has been answered yet: they were shed while the first four still ran.
    await shed.promise;
    expect([upstream.requests.length <= 4, served]).toEqual([true, 0]);
    for (const end of ended) {
      expect(end).toMatchObject({ code: "RESOURCE_EXHAUSTED", reasons: ["OVERLOADED"] });
      expect(end.retryAfterMs).toBeGreaterThanOrEqual(100);
    }
    await upstream.arrived(4);
    expect(await metric(gateway.adminUrl, "spillway_requests_queued")).toBe(8);
    held.release();
    await Promise.all(calls);
    expect([served, ended.length, upstream.requests.length, held.most()]).toEqual([12, 38, 12, 4]);

    expect((await gateway.generate(imageRequest("boat"))).provider).toBe("slow");
    expect(await metric(gateway.adminUrl, "spillway_requests_queued")).toBe(0);
    expect(await metric(gateway.adminUrl, "spillway_requests_shed_total")).toBe(38);
  });

  it("gives the place of a caller that leaves to the next one", async () => {
    const held = heldImages();
    const upstream = await startFakeUpstream(held.act);
    const gateway = await startGateway(
      config({ limits: "max_concurrent: 1, queue: 1, max_wait: 30s", slow: upstream.url }),
    );
    const caller = new AbortController();
    const first = gateway.connect.generate(imageRequest("boat"), { signal: caller.signal });
    first.catch(() => {});
    await upstream.arrived(1);
    const second = gateway.generate(imageRequest("boat"));
    caller.abort();
    await upstream.arrived(2);
    held.release();
    expect((await second).provider).toBe("slow");
    await expect(first).rejects.toMatchObject({ code: Code.Canceled });
  });

  it("tells who waits in vain that its deadline passed, and asks nobody for it", async () => {
    const held = heldImages();
    const upstream = await startFakeUpstream(held.act);
    const gateway = await startGateway(
      config({ limits: "max_concurrent: 1, max_wait: 30s", slow: upstream.url }),
    );
    const first = gateway.generate(imageRequest("boat"));
    await upstream.arrived(1);
    const late = await gateway.failure(chatRequest("boat"), within(200));
    expect(late.code).toBe("DEADLINE_EXCEEDED");
    held.release();
    await first;
    expect(upstream.requests).toHaveLength(1);
  });
});

describe("a provider at its limit", () => {
  it("is passed over for the next one, and waited for where there is none", async () => {
    const held = heldImages();
    const [slow, spare] = [await startFakeUpstream(held.act), await startFakeUpstream(images(20))];
    const gateway = await startGateway(
      config({ slow: slow.url, spare: spare.url, maxConcurrent: 1 }),
    );
    const first = gateway.generate(imageRequest("boat"));
    await slow.arrived(1);
    const second = await gateway.generate(imageRequest("boat"));
    expect(second.attempts.map(({ provider, outcome }) => [provider, outcome])).toEqual([
      ["slow", AttemptOutcome.SKIPPED],
      ["spare", AttemptOutcome.SUCCEEDED],
    ]);
    const forced = gateway.generate(imageRequest("slow/boat"));
    held.release();
    expect((await first).provider).toBe("slow");
    expect((await forced).provider).toBe("slow");
    expect([slow.requests.length, held.most()]).toEqual([2, 1]);
    expect(await metric(gateway.adminUrl, "spillway_provider_in_flight")).toBe(0);
    expect(await metric(gateway.adminUrl, "spillway_provider_full_total")).toBe(1);
  });
});

/** Answers nobody until it is released, then everybody; counts how many it had at the same time. */
function heldImages() {
  const visits: Visit[] = [];
  let open = false;
  let running = 0;
  let most = 0;
  const answer = (visit: Visit) => {
    running--;
    images(10).play(visit);
  };
  const act: Act = {
    play(visit) {
      running++;
      most = Math.max(most, running);
      if (open) answer(visit);
      else visits.push(visit);
    },
  };
  return {
    act,
    most: () => most,
    release() {
      open = true;
      visits.forEach(answer);
    },
  };
}

function config(given: {
  readonly limits?: string;
  readonly slow: string;
  readonly spare?: string;
  readonly maxConcurrent?: number;
}): string {
  const { limits = "", slow, spare, maxConcurrent } = given;
  const limit = maxConcurrent === undefined ? "" : `, max_concurrent: ${maxConcurrent}`;
  return `
server:
  listen: 127.0.0.1:0
  grpc: 127.0.0.1:0
  admin: 127.0.0.1:0
  drain: 500ms
  limits: { ${limits} }
providers:
  slow: { type: openai-compatible, base_url: "${slow}"${limit} }
${spare === undefined ? "" : `  spare: { type: openai-compatible, base_url: "${spare}" }`}
routes:
  - models: ["boat"]
    targets:
      - { provider: slow }
${spare === undefined ? "" : "      - { provider: spare, priority: 1 }"}
`;
}

/** The value of a metric that has one line. */
async function metric(adminUrl: string, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const line = text
    .split("\n")
    .find((one) => one.startsWith(`${name}{`) || one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.split(" ")[1]);
}
