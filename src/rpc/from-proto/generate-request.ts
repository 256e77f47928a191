import type {
  GenerateRequest as ProtoRequest,
  RoutingPreferences as ProtoRouting,
} from "../../../gen/spillway/v1/generate_pb.ts";
import {
  defaultMaxAttempts,
  type GenerateRequest,
  type RoutingPreferences,
} from "../../domain/generate-request.ts";
import * as tables from "../enum-tables.ts";
import { taskFromProto } from "./task.ts";

/** Reads a request that has passed validation and fills in the contract's defaults. Image bytes are not copied. */
export function generateRequestFromProto(request: ProtoRequest): GenerateRequest {
  return {
    model: request.model,
    fallbackModels: request.fallbackModels,
    task: taskFromProto(request.task),
    routing: routingFromProto(request.routing),
    idempotencyKey: request.idempotencyKey,
    parameterMode: parameterMode(request.parameterMode) ?? "adapt",
    providerOptions: request.providerOptions,
    endUser: request.endUser,
    labels: request.labels,
  };
}

const parameterMode = tables.reader(tables.parameterMode);
const refusalPolicy = tables.reader(tables.refusalPolicy);
const duplicateSpend = tables.reader(tables.duplicateSpend);

const noPreferences: RoutingPreferences = {
  only: [],
  exclude: [],
  order: [],
  maxAttempts: defaultMaxAttempts,
  routingKey: "",
  duplicateSpend: "allow",
};

function routingFromProto(routing: ProtoRouting | undefined): RoutingPreferences {
  if (routing === undefined) return noPreferences;
  return {
    only: routing.only,
    exclude: routing.exclude,
    order: routing.order,
    maxAttempts: routing.maxAttempts === 0 ? defaultMaxAttempts : routing.maxAttempts,
    maxCostMicros: routing.maxCostMicros === undefined ? undefined : Number(routing.maxCostMicros),
    routingKey: routing.routingKey,
    onRefusal: refusalPolicy(routing.onRefusal),
    duplicateSpend: duplicateSpend(routing.duplicateSpend) ?? "allow",
  };
}
