import { describe, expect, it } from "vitest";
import { DuplicateSpend } from "../../gen/spillway/v1/generate_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { refusingUrl, startFakeUpstream } from "../support/fake-upstream.ts";
import { imageRequest, secretPrompt } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { chat, images, providersWords } from "../support/upstream-acts.ts";
import { type FailureRow, failureRows } from "./failure-rows.ts";

const moving = failureRows.filter(({ moves }) => moves !== false);
const final = failureRows.filter(({ moves }) => moves === false);
const ambiguous = failureRows.filter(({ forbidden }) => forbidden);
const harmless = moving.filter(({ forbidden }) => !forbidden);

describe("a failure of the first target", () => {
  it.each(moving)("is followed by the next target: $name", async (row) => {
    const { first, second, gateway } = await start(row);
    const response = await gateway.generate(requestOf(row, "boat-1"));
    expect(attemptLines(response.attempts)).toEqual([
      ...failedAttempts(row),
      "FAILOVER openai SUCCEEDED",
    ]);
    expect(response).toMatchObject({ provider: "openai", upstreamModel: "gpt-image-2" });
    if (first !== undefined) expect(first.requests).toHaveLength(row.again ? 2 : 1);
    expect(second.requests).toHaveLength(1);
    const [asked] = second.requests;
    expect(asked?.headers.authorization).toBe("Bearer key-of-openai");
    expect(asked?.json()).toMatchObject({ model: "gpt-image-2" });
    expect(asked?.body.includes(secretPrompt)).toBe(true);
    if (response.output.case !== "images") return;
    const [image] = response.output.value.images;
    expect(image).toMatchObject({ width: 32, mimeType: "image/png", provider: "openai" });
  });

  it.each(final)("is the answer, and nobody else is asked: $name", async (row) => {
    const { second, gateway } = await start(row);
    const told = await gateway.failure(requestOf(row, "boat-1"));
    expect([told.code, ...told.reasons]).toEqual(toldOf(row));
    expect(attemptLines(told.attempts)).toEqual(failedAttempts(row));
    expect(second.requests).toEqual([]);
  });

  it.each(failureRows)("is told in full, in our words, as the last word: $name", async (row) => {
    const { gateway } = await start(row);
    const told = await gateway.failure(requestOf(row, "lonely-boat"));
    expect([told.code, ...told.reasons]).toEqual(toldOf(row));
    expect(told.domain).toBe("spillway.dev");
    expect(attemptLines(told.attempts)).toEqual(failedAttempts(row));
    expect(told.retryAfterMs).toBe(row.retryAfterMs);
    for (const { upstreamCode } of told.attempts) expect(upstreamCode).toBe(row.upstreamCode ?? "");
    const everything = JSON.stringify([told, gateway.log], (_, value) =>
      typeof value === "bigint" ? String(value) : value,
    );
    expect(everything).toContain("attempt failed");
    for (const secret of [providersWords, secretPrompt, "key-of-boats"]) {
      expect(everything).not.toContain(secret);
    }
  });
});

describe("with duplicate spend forbidden, a failure of the first target", () => {
  it.each(ambiguous)("ends the request when it may be billed: $name", async (row) => {
    const { first, second, gateway } = await start(row);
    const told = await gateway.failure(requestOf(row, "boat-1", { routing: forbid }));
    expect([told.code, ...told.reasons]).toEqual(["ABORTED", "AMBIGUOUS_OUTCOME"]);
    expect(attemptLines(told.attempts)).toEqual([`FIRST boats FAILED ${row.failure}`]);
    expect(first?.requests).toHaveLength(1);
    expect(second.connections).toBe(0);
  });

  it.each(harmless)("is followed by the next target all the same: $name", async (row) => {
    const { gateway } = await start(row);
    const response = await gateway.generate(requestOf(row, "boat-1", { routing: forbid }));
    expect(attemptLines(response.attempts)).toEqual([
      ...failedAttempts(row),
      "FAILOVER openai SUCCEEDED",
    ]);
  });
});

const forbid = { duplicateSpend: DuplicateSpend.FORBID };

async function start(row: FailureRow) {
  const first = row.act && (await startFakeUpstream(row.act));
  const second = await startFakeUpstream(row.request ? chat("Ahoy") : images(32));
  const gateway = await startGateway(
    twoTargets(first?.url ?? (await refusingUrl()), second.url, row.timeout),
  );
  return { first, second, gateway };
}

function requestOf(
  { request = imageRequest }: FailureRow,
  ...asked: Parameters<typeof imageRequest>
) {
  return request(...asked);
}

function failedAttempts({ failure, again }: FailureRow): string[] {
  const first = `FIRST boats FAILED ${failure}`;
  return again ? [first, `RETRY boats FAILED ${failure}`] : [first];
}

function toldOf({ told = "UNAVAILABLE ALL_PROVIDERS_EXHAUSTED" }: FailureRow): string[] {
  return told.split(" ");
}

/** Two targets of one rule, the second only after the first; and a rule with the first alone. */
function twoTargets(first: string, second: string, timeout = "5s"): string {
  return `
providers:
  boats: { type: openai-compatible, base_url: "${first}", keys: [key-of-boats], timeout: ${timeout} }
  openai: { base_url: "${second}", keys: [key-of-openai], timeout: 5s }
routes:
  - models: ["boat-*"]
    targets:
      - { provider: boats, priority: 0 }
      - { provider: openai, priority: 1, model: gpt-image-2 }
  - models: ["lonely-boat"]
    targets: [{ provider: boats }]
`;
}
