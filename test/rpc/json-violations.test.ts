import { expect, it } from "vitest";
import { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { jsonViolations } from "../../src/rpc/json-violations.ts";

it("looks for a hundred mistakes, and for no more", () => {
  const numbers = Array.from({ length: 5000 }, (_, index) => index);
  const unknown = Object.fromEntries(numbers.map((number) => [`a${number}`, 1]));
  expect(jsonViolations(GenerateRequestSchema, unknown)).toHaveLength(100);
  const inList = jsonViolations(GenerateRequestSchema, { fallbackModels: numbers });
  expect(inList).toHaveLength(100);
  expect(inList.at(-1)).toMatchObject({ field: "fallback_models[99]" });
});
