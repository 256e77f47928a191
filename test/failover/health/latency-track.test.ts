import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decayMs,
  forgetMs,
  LatencyTrack,
  unprovenMs,
} from "../../../src/failover/health/latency-track.ts";
import { seededRandom } from "../../support/fake-request.ts";

function trackOf(...answers: readonly (readonly [at: number, ms: number])[]): LatencyTrack {
  const track = new LatencyTrack();
  for (const [at, ms] of answers) track.answered(at, ms);
  return track;
}

describe("the average", () => {
  it("is raised at once by a slower answer", () => {
    expect(trackOf([0, 100], [10, 900]).averageMs).toBe(900);
  });

  it("is lowered by faster answers over the time of decay", () => {
    const { averageMs } = trackOf([0, 1_000], [decayMs, 100]);
    expect(averageMs).toBeCloseTo(100 + 900 / Math.E);
  });

  it("is lowered by the time that passes, however many answers come in it", () => {
    const track = trackOf([0, 1_000]);
    for (let at = 100; at <= decayMs; at += 100) track.answered(at, 100);
    expect(track.averageMs).toBeCloseTo(100 + 900 / Math.E);
  });

  it("never leaves the range of what was seen", () => {
    const answers = fc.array(fc.tuple(fc.nat(60_000), fc.nat(60_000)), { minLength: 1 });
    fc.assert(
      fc.property(answers, (steps) => {
        const track = new LatencyTrack();
        let at = 0;
        for (const [pause, ms] of steps) {
          at += pause;
          track.answered(at, ms);
          expect(track.averageMs).toBeGreaterThanOrEqual(ms);
        }
        const seen = steps.map(([, ms]) => ms);
        expect(track.averageMs).toBeLessThanOrEqual(Math.max(...seen));
        expect(track.averageMs).toBeGreaterThanOrEqual(Math.min(...seen));
      }),
    );
  });

  it("is not lowered below the answers that lower it, however many they are", () => {
    const track = trackOf([0, 54_564]);
    let at = 0;
    for (const pause of [58_348, 52_288, 54_135, 59_705, 53_657, 50_855, 53_076]) {
      at += pause;
      track.answered(at, 27_806);
      expect(track.averageMs).toBeGreaterThanOrEqual(27_806);
    }
  });

  it("is not lowered by a failure, however fast it comes, and raised by a slow one", () => {
    const track = trackOf([0, 100]);
    track.failed(60_000, 1);
    expect(track.averageMs).toBe(100);
    track.failed(60_001, 5_000);
    expect(track.averageMs).toBe(5_000);
  });

  it("is raised by an attempt that was left without an answer, and never lowered", () => {
    const track = trackOf([0, 100]);
    track.left(60_000, 50);
    expect(track.averageMs).toBe(100);
    track.left(60_001, 3_000);
    expect(track.averageMs).toBe(3_000);
    const unseen = new LatencyTrack();
    unseen.left(0, 700);
    expect(unseen.averageMs).toBe(700);
  });
});

describe("the score", () => {
  it("grows with what is in flight", () => {
    const track = trackOf([0, 100]);
    expect([0, 1, 4].map((inFlight) => track.score(0, inFlight))).toEqual([100, 200, 500]);
  });

  it("is forgotten when the target is not asked, so that it is tried again", () => {
    const track = trackOf([0, 1_000]);
    expect(track.score(forgetMs, 0)).toBeCloseTo(1_000 / Math.E);
    expect(track.averageMs).toBe(1_000);
  });

  it("gives the benefit of the doubt to one request at a time", () => {
    const track = trackOf([0, 1_000]);
    expect(track.score(10 * forgetMs, 0)).toBeLessThan(1);
    expect(track.score(10 * forgetMs, 1)).toBe(2_000);
  });

  it("puts a target that was never asked first, and last while it is asked", () => {
    const track = new LatencyTrack();
    expect(track.score(0, 0)).toBe(0);
    expect(track.score(0, 1)).toBeGreaterThan(3_600_000);
    expect(track.score(0, 2)).toBeGreaterThan(track.score(0, 1));
  });

  it("puts a target last for a while of which nothing but a failure is known", () => {
    const track = new LatencyTrack();
    track.failed(1_000, 3);
    expect(track.score(1_000 + unprovenMs - 1, 0)).toBeGreaterThan(3_600_000);
    expect(track.score(1_000 + unprovenMs, 0)).toBe(0);
  });
});

describe("the percentile", () => {
  it("is not told from few answers", () => {
    const track = new LatencyTrack();
    for (let answer = 0; answer < 19; answer++) track.answered(answer, 100);
    expect(track.p95).toBeUndefined();
    track.answered(19, 100);
    expect(track.p95).toBe(100);
  });

  it("is the time within which 95 of 100 answers come", () => {
    const track = new LatencyTrack();
    for (let ms = 100; ms >= 1; ms--) track.answered(100 - ms, ms);
    expect(track.p95).toBe(95);
  });

  it("forgets what is older than the last 128 answers", () => {
    const track = new LatencyTrack();
    for (let answer = 0; answer < 128; answer++) track.answered(answer, 9_000);
    for (let answer = 0; answer < 128; answer++) track.answered(128 + answer, 10);
    expect(track.p95).toBe(10);
  });

  it("does not count failures", () => {
    const track = new LatencyTrack();
    for (let answer = 0; answer < 20; answer++) track.answered(answer, 10);
    for (let failure = 0; failure < 50; failure++) track.failed(20 + failure, 90);
    expect(track.p95).toBe(10);
  });

  it("does not sink when who is later than it is always left", () => {
    const track = new LatencyTrack();
    const random = seededRandom(7);
    for (let at = 0; at < 4_000; at++) {
      const ms = 1 + random() * 99;
      const leftMs = (track.p95 ?? 100) + random();
      if (ms <= leftMs) track.answered(at, ms);
      else track.left(at, leftMs);
    }
    expect(track.p95).toBeGreaterThan(80);
  });
});
