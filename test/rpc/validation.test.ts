import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema, StructSchema } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import type { FieldViolation } from "../../src/domain/gateway-error.ts";
import { compileMessage } from "../../src/rpc/validation/compile-message.ts";
import { maxViolationCharacters, validate, violationsOf } from "../../src/rpc/validation.ts";
import { anyMessage } from "./support/any-message.ts";

const protovalidate = createValidator();

/** What protovalidate, which evaluates the rules' CEL, says is wrong. */
function witness<D extends DescMessage>(schema: D, message: MessageShape<D>) {
  const result = protovalidate.validate(schema, message);
  if (result.kind === "error") throw result.error;
  if (result.kind === "valid") return undefined;
  return result.violations.map(
    ({ field, message: description, ruleId }): FieldViolation => ({
      field: pathToString(field),
      description,
      rule: ruleId,
    }),
  );
}

const requests = GatewayService.methods.map(({ input }) => input);

describe("validation", () => {
  test.each(requests.map((schema) => [schema.name, schema] as const))(
    "finds in any %s what protovalidate finds, in the same words and order",
    (_, schema) => {
      const rules = new Set<string>();
      fc.assert(
        fc.property(anyMessage(schema), (message) => {
          const found = violationsOf(schema, message);
          for (const { rule } of found ?? []) rules.add(rule);
          expect(found).toEqual(witness(schema, message));
        }),
        { numRuns: 400 },
      );
      expect(rules.size).toBeGreaterThan(0);
    },
  );

  test("takes for a URI what protovalidate takes for one", () => {
    const schema = GenerateRequestSchema;
    const withUrl = (url: string) =>
      create(schema, {
        model: "m",
        task: { case: "imageUpscale", value: { image: { source: { case: "url", value: url } } } },
      });
    const piece = fc.constantFrom(
      ..."a A 0 - . _ ~ : / ? # [ ] @ ! $ & ' ( ) * + , ; = % %41 %c3%a9 %ff // http: https:// h ::1".split(
        " ",
      ),
      ..."1::2 v1.x fe80::1%25eth0 1.2.3.4 ::ffff:1.2.3.4 é :80 user@ \u0000 [::1] [v1.a] [1:2]".split(
        " ",
      ),
    );
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.constantFrom("", "a:", "http://", "http://[", "http://h/"),
        fc.array(piece, { maxLength: 6 }),
        (beginning, pieces) => {
          const message = withUrl(beginning + pieces.join(""));
          const found = violationsOf(schema, message);
          if (found === undefined) accepted++;
          expect(found).toEqual(witness(schema, message));
        },
      ),
      { numRuns: 4000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test("has nothing to look at in a message without rules, also one that holds itself", () => {
    expect(compileMessage(StructSchema)).toBeUndefined();
    expect(compileMessage(FileDescriptorProtoSchema)).toBeUndefined();
  });

  test("names the first wrong fields and counts the others, so that gRPC's trailers hold them", () => {
    const many = create(GenerateRequestSchema, {
      model: "m",
      task: { case: "textToImage", value: { prompt: "p" } },
      labels: Object.fromEntries(
        Array.from({ length: 30 }, (_, index) => [`${index}${"k".repeat(1000)}`, ""]),
      ),
    });
    expect(violationsOf(GenerateRequestSchema, many)).toHaveLength(30);
    const error = validate(GenerateRequestSchema, many);
    const named = error?.fieldViolations ?? [];
    expect(named.length).toBeGreaterThan(1);
    expect(error?.message).toContain(`; and ${30 - named.length} more.`);
    expect(error?.message.length).toBeLessThan(maxViolationCharacters + 100);
  });

  test("cuts a long path between characters, not through one", () => {
    const schema = GenerateRequestSchema;
    const labels = ["a", "aa"].map((start) => start + "\u{1f600}".repeat(200));
    const paths = labels.flatMap((label) => {
      const message = create(schema, { model: "m", labels: { [label]: "v" } });
      return validate(schema, message)?.fieldViolations?.map(({ field }) => field) ?? [];
    });
    const cut = paths.filter((path) => path.endsWith("…"));
    expect(cut.length).toBeGreaterThan(1);
    for (const path of cut) expect(path.isWellFormed()).toBe(true);
  });

  test("names one wrong field at least", () => {
    const schema = GenerateRequestSchema;
    const error = validate(schema, create(schema, { model: "m" }));
    expect(error?.fieldViolations).toEqual([
      { field: "task", description: "exactly one field is required in oneof", rule: "required" },
    ]);
    expect(error?.message).toBe(
      "The request is not valid: task: exactly one field is required in oneof.",
    );
  });
});
