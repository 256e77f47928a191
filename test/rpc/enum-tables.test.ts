import type { DescEnum } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import * as attempt from "../../gen/spillway/v1/attempt_pb.ts";
import * as chat from "../../gen/spillway/v1/chat_pb.ts";
import * as cost from "../../gen/spillway/v1/cost_pb.ts";
import * as generate from "../../gen/spillway/v1/generate_pb.ts";
import * as image from "../../gen/spillway/v1/image_pb.ts";
import * as provider from "../../gen/spillway/v1/provider_pb.ts";
import * as route from "../../gen/spillway/v1/route_pb.ts";
import * as tables from "../../src/rpc/enum-tables.ts";

const pairs: readonly (readonly [DescEnum, Readonly<Record<string, number>>])[] = [
  [provider.OperationSchema, tables.operation],
  [image.ResolutionSchema, tables.resolution],
  [image.QualitySchema, tables.quality],
  [image.BackgroundSchema, tables.background],
  [image.ImageFormatSchema, tables.imageFormat],
  [image.DeliverySchema, tables.delivery],
  [image.MaskPolaritySchema, tables.maskPolarity],
  [chat.RoleSchema, tables.role],
  [chat.ToolChoiceModeSchema, tables.toolChoiceMode],
  [chat.ReasoningEffortSchema, tables.reasoningEffort],
  [chat.FinishReasonSchema, tables.finishReason],
  [generate.ParameterModeSchema, tables.parameterMode],
  [generate.RefusalPolicySchema, tables.refusalPolicy],
  [generate.DuplicateSpendSchema, tables.duplicateSpend],
  [generate.AdjustmentKindSchema, tables.adjustmentKind],
  [attempt.AttemptReasonSchema, tables.attemptReason],
  [attempt.AttemptOutcomeSchema, tables.attemptOutcome],
  [attempt.FailureClassSchema, tables.failureClass],
  [attempt.DeliveryStateSchema, tables.deliveryState],
  [cost.CostBasisSchema, tables.costBasis],
  [provider.ProviderKindSchema, tables.providerKind],
  [route.ResolutionStepSchema, tables.resolutionStep],
  [route.StrategySchema, tables.strategy],
];

describe.each(pairs.map(([schema, table]) => [schema.name, schema, table] as const))(
  "%s",
  (_, schema, table) => {
    it("has a word for every value of the contract, and the same word in both directions", () => {
      const read = tables.reader(table);
      for (const { number, name } of schema.values) {
        const word = read(number);
        if (number === 0) expect(word).toBeUndefined();
        else
          expect(name.toLowerCase().endsWith(`_${word?.toLowerCase()}`), `${name} is ${word}`).toBe(
            true,
          );
      }
      expect(read(99)).toBeUndefined();
    });
  },
);
