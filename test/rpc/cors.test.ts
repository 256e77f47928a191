import { expect, it } from "vitest";
import { corsHeaders, preflightHeaders } from "../../src/rpc/cors.ts";

it("lets every page call when the origins have a star", () => {
  expect(corsHeaders({ origins: ["*"] }, "https://any.example")).toMatchObject({
    "access-control-allow-origin": "*",
  });
});

it("says nothing when no origin is configured", () => {
  expect(corsHeaders({ origins: [] }, "https://any.example")).toEqual({});
  expect(preflightHeaders({ origins: [] }, "https://any.example")).toEqual({});
});

it("tells caches that the answer depends on the origin, also to callers that are no page", () => {
  const options = { origins: ["https://app.example"] };
  expect(corsHeaders(options, undefined)).toEqual({ vary: "Origin" });
  expect(preflightHeaders(options, "https://evil.example")).toEqual({ vary: "Origin" });
});

it("never allows credentials", () => {
  const headers = preflightHeaders({ origins: ["https://app.example"] }, "https://app.example");
  expect(Object.keys(headers)).not.toContain("access-control-allow-credentials");
  expect(headers["access-control-allow-headers"]).toContain("Connect-Timeout-Ms");
});
