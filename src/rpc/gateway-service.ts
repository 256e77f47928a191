import { create } from "@bufbuild/protobuf";
import {
  GatewayService,
  type GetModelRequest,
  GetModelRequestSchema,
  GetModelResponseSchema,
  type ListModelsRequest,
  ListModelsRequestSchema,
  ListModelsResponseSchema,
  type ListProvidersRequest,
  ListProvidersRequestSchema,
  ListProvidersResponseSchema,
  type RouteRequest,
  RouteRequestSchema,
} from "../../gen/spillway/v1/gateway_service_pb.ts";
import type { Clock } from "../domain/clock.ts";
import { didYouMean, suggested } from "../domain/did-you-mean.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { forbiddenModel } from "./caller-permission.ts";
import * as tables from "./enum-tables.ts";
import { rpcFailure } from "./errors.ts";
import { generateRequestFromProto } from "./from-proto/generate-request.ts";
import { generateRpcs } from "./generate-rpcs.ts";
import { page } from "./page.ts";
import { answered, type Call, type Rpc, type RpcResult, refused, unary } from "./rpc.ts";
import { modelToProto } from "./to-proto/model.ts";
import { providerToProto } from "./to-proto/provider.ts";
import { type HealthOf, routeToProto } from "./to-proto/route.ts";
import { validateGenerate } from "./validate-generate.ts";
import { invalidRequest, validate } from "./validation.ts";

/** The gateway that serves now. It is asked for at each call, since a reload replaces it. */
export type CurrentGateway = () => Gateway;

/** The methods of spillway.v1.GatewayService. */
export function gatewayService(gateway: CurrentGateway, clock: Clock): readonly Rpc[] {
  const { method } = GatewayService;
  return [
    ...generateRpcs(gateway, clock),
    unary(method.route, (request, call) => route(gateway(), request, call)),
    unary(method.listProviders, (request) => listProviders(gateway(), request)),
    unary(method.listModels, (request) => listModels(gateway(), request)),
    unary(method.getModel, (request) => getModel(gateway(), request)),
  ];
}

function route(gateway: Gateway, request: RouteRequest, call: Call): RpcResult {
  const invalid = validateGenerate(RouteRequestSchema, request, request.generate);
  if (invalid !== undefined) return refused(rpcFailure(invalid));
  if (request.generate === undefined) throw new Error("a RouteRequest without generate is valid");
  const generate = generateRequestFromProto(request.generate);
  call.observer.requestRead(generate);
  const forbidden = forbiddenModel(call.caller, generate);
  if (forbidden !== undefined) return refused(rpcFailure(forbidden));
  const result = gateway.route(generate, { streamed: request.streamed });
  if (result.kind === "failed") return refused(rpcFailure(result.error));
  return answered(routeToProto(result, healthOf(gateway), gateway.configVersion));
}

function listProviders(gateway: Gateway, request: ListProvidersRequest): RpcResult {
  const invalid = validate(ListProvidersRequestSchema, request);
  if (invalid !== undefined) return refused(rpcFailure(invalid));
  const result = page(gateway.providers(), request, "providers");
  if (result.kind === "bad_token") return refused(rpcFailure(badPageToken));
  return answered(
    create(ListProvidersResponseSchema, {
      providers: result.items.map(providerToProto),
      nextPageToken: result.nextPageToken,
    }),
  );
}

function listModels(gateway: Gateway, request: ListModelsRequest): RpcResult {
  const invalid = validate(ListModelsRequestSchema, request);
  if (invalid !== undefined) return refused(rpcFailure(invalid));
  const operation = readOperation(request.operation);
  const provider = request.provider;
  const models = gateway.catalog.models.filter(
    (model) =>
      (operation === undefined || model.operations.includes(operation)) &&
      (provider === "" || model.offers.some((offer) => offer.provider === provider)),
  );
  const filter = `models ${request.operation} ${provider}`;
  const result = page(models, request, filter);
  if (result.kind === "bad_token") return refused(rpcFailure(badPageToken));
  return answered(
    create(ListModelsResponseSchema, {
      models: result.items.map((model) => modelToProto(model, (slug) => gateway.endpoint(slug))),
      nextPageToken: result.nextPageToken,
    }),
  );
}

const readOperation = tables.reader(tables.operation);

function getModel(gateway: Gateway, request: GetModelRequest): RpcResult {
  const invalid = validate(GetModelRequestSchema, request);
  if (invalid !== undefined) return refused(rpcFailure(invalid));
  const model = gateway.catalog.find(request.id);
  if (model === undefined) return refused(rpcFailure(modelNotFound(gateway, request.id)));
  return answered(
    create(GetModelResponseSchema, {
      model: modelToProto(model, (slug) => gateway.endpoint(slug)),
    }),
  );
}

function modelNotFound(gateway: Gateway, id: string): GatewayError {
  const suggestions = gateway.catalog.suggest(id, 3);
  return {
    reason: "MODEL_NOT_FOUND",
    message: `The catalogue has no model "${id}".${didYouMean(suggestions)}`,
    metadata: { model: id, ...suggested(suggestions) },
  };
}

const badPageToken = invalidRequest([
  {
    field: "page_token",
    description: "must be the next_page_token of a page of the same list with the same filter",
    rule: "page_token.unknown",
  },
]);

function healthOf(gateway: Gateway): HealthOf {
  const bySlug = new Map(gateway.providers().map((view) => [view.endpoint.slug, view.health]));
  return (slug) => bySlug.get(slug) ?? "unknown";
}
