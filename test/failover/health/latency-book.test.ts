import { describe, expect, it } from "vitest";
import { LatencyBook } from "../../../src/failover/health/latency-book.ts";
import { rememberedModels } from "../../../src/failover/health/provider-health.ts";
import { answered } from "../../support/answered.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { candidate, chatTask } from "../world.ts";

const image = candidate("a");

describe("a book of latencies", () => {
  it("keeps targets apart by provider, model and operation, and streams from whole answers", () => {
    const book = new LatencyBook(manualClock());
    answered(book, image, 100, false);
    const others = [
      candidate("b"),
      { ...image, upstreamModel: "other" },
      candidate("a", { task: chatTask }),
    ];
    expect(book.average(image, false)).toBe(100);
    expect(book.average(image, true)).toBeUndefined();
    for (const other of others) expect(book.average(other, false)).toBeUndefined();
  });

  it("does not tell keys apart", () => {
    const book = new LatencyBook(manualClock());
    answered(book, image, 100, false);
    const rotated = { ...image, endpoint: { ...image.endpoint, keys: [] } };
    expect(book.average(rotated, false)).toBe(100);
  });

  it("forgets a provider that moves, and what still runs at its old address", () => {
    const book = new LatencyBook(manualClock());
    const running = book.begin(image);
    answered(book, image, 100, false);
    answered(book, candidate("b"), 200, false);
    book.forget("a");
    expect(book.average(image, false)).toBeUndefined();
    expect(book.average(candidate("b"), false)).toBe(200);
    running.end();
    expect(book.inFlight(image)).toBe(0);
  });

  it("counts what is in flight for streams and whole answers together", () => {
    const book = new LatencyBook(manualClock());
    answered(book, image, 100, false);
    answered(book, image, 20, true);
    const running = book.begin(image);
    expect(book.inFlight(image)).toBe(1);
    expect(book.score(image, false)).toBe(200);
    expect(book.score(image, true)).toBe(40);
    running.end();
    expect(book.score(image, false)).toBe(100);
  });

  it("tells the percentile of a target", () => {
    const book = new LatencyBook(manualClock());
    for (let answer = 1; answer <= 20; answer++) answered(book, image, answer, false);
    expect(book.p95(image, false)).toBe(19);
    expect(book.p95(image, true)).toBeUndefined();
  });

  it("remembers so many models of a provider, and forgets the oldest first", () => {
    const book = new LatencyBook(manualClock());
    const named = (upstreamModel: string) => ({ ...image, upstreamModel });
    for (let model = 0; model <= rememberedModels; model++) {
      answered(book, named(`made-up-${model}`), 100, false);
    }
    expect(book.average(named("made-up-0"), false)).toBeUndefined();
    expect(book.average(named("made-up-1"), false)).toBe(100);
    expect(book.average(named(`made-up-${rememberedModels}`), false)).toBe(100);
  });
});
