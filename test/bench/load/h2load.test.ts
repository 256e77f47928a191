import { describe, expect, it } from "vitest";
import { readH2load } from "./h2load.ts";

/** What h2load 1.52.0 prints, with other numbers where a test wants them. */
const output = ({
  requests = "2000 succeeded, 0 failed, 0 errored",
  statuses = "0 4xx, 0 5xx",
}) => `
finished in 305.51ms, 6546.31 req/s, 7.57MB/s
requests: 2000 total, 2000 started, 2000 done, ${requests}, 0 timeout
status codes: 2000 2xx, 0 3xx, ${statuses}
traffic: 2.31MB (2424832) total, 54.69KB (56000) headers (space savings 76.07%), 2.20MB (2304000) data
`;

describe("h2load's output", () => {
  it("tells the rate, how many were answered and with how much", () => {
    expect(readH2load(output({}))).toEqual({
      requestsPerSecond: 6546.31,
      done: 2000,
      bodyBytes: 2_304_000,
    });
  });

  it("is an error when a request failed", () => {
    const text = output({ requests: "1999 succeeded, 1 failed, 0 errored" });
    expect(() => readH2load(text)).toThrow("not every request succeeded");
  });

  it("is an error when an answer had another status, which h2load calls done", () => {
    const text = output({ statuses: "3 4xx, 0 5xx" });
    expect(() => readH2load(text)).toThrow("not every request succeeded");
  });

  it("tells that nothing was answered in the time that there was", () => {
    const none = output({}).replaceAll("2000", "0").replace("6546.31", "0.00");
    expect(readH2load(none)).toEqual({ requestsPerSecond: 0, done: 0, bodyBytes: 2_304_000 });
  });

  it("is an error when it is no report", () => {
    expect(() => readH2load("could not connect")).toThrow("h2load said something else");
  });
});
