import { expect, it } from "vitest";
import { formatAddress, parseAddress } from "../../src/domain/address.ts";

it.each([
  ["127.0.0.1:8080", "127.0.0.1", 8080],
  ["localhost:0", "localhost", 0],
  ["[::1]:50051", "::1", 50051],
  [":8080", "", 8080],
])("reads %s, and writes it again", (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port });
  expect(formatAddress({ host, port })).toBe(text);
});

it.each([
  "8080",
  "localhost",
  "host:",
  "::1:8080",
  "[::1]",
  "a:65536",
  "a:-1",
  "a b:1",
  "http://a:1",
  "a:1/x",
  "",
])("does not take %j", (text) => {
  expect(parseAddress(text)).toBeUndefined();
});
