import { describe, expect, it } from "vitest";
import { isOpenToAll } from "../../src/process/open-to-all.ts";
import { loadGood } from "../config/config-world.ts";

const isOpen = (text: string) => isOpenToAll(loadGood(text));

describe("a gateway", () => {
  it.each([
    "server: { listen: '0.0.0.0:8080' }",
    "server: { listen: ':8080' }",
    "server: { listen: '[::]:8080' }",
    "server: { listen: '10.0.0.7:8080' }",
    "server: { listen: 'gateway.internal:8080' }",
    "server: { grpc: '0.0.0.0:50051' }",
  ])("is open to all where %s", (text) => {
    expect(isOpen(text)).toBe(true);
  });

  it.each([
    "routes: []",
    "server: { listen: 'localhost:8080', grpc: '[::1]:50051' }",
    "server: { listen: '127.0.0.2:8080' }",
    "{ sandbox: true, server: { listen: '0.0.0.0:8080' } }",
    "{ callers: { web: { keys: [0123456789abcdef] } }, server: { listen: '0.0.0.0:8080' } }",
  ])("is not where %s", (text) => {
    expect(isOpen(text)).toBe(false);
  });
});
