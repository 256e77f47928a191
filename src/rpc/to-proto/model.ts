import { create } from "@bufbuild/protobuf";
import {
  ModelOfferSchema,
  ModelSchema,
  PriceSchema,
  type Model as ProtoModel,
  type ModelOffer as ProtoOffer,
  type Price as ProtoPrice,
} from "../../../gen/spillway/v1/model_pb.ts";
import type { Model, ModelOffer, Price } from "../../domain/model.ts";
import type { Operation } from "../../domain/operation.ts";
import type { Endpoint } from "../../providers/endpoint.ts";
import * as tables from "../enum-tables.ts";
import { imageLimitsToProto } from "./image-limits.ts";

/** Finds the endpoint of a provider by its slug. */
export type FindEndpoint = (slug: string) => Endpoint | undefined;

/** Writes an entry of the catalogue, with what each provider's version can do here. */
export function modelToProto(model: Model, endpoint: FindEndpoint): ProtoModel {
  return create(ModelSchema, {
    id: model.id,
    displayName: model.displayName,
    aliases: [...model.aliases],
    operations: operationsToProto(model.operations),
    offers: model.offers.map((offer) => offerToProto(offer, endpoint(offer.provider))),
  });
}

function offerToProto(offer: ModelOffer, endpoint: Endpoint | undefined): ProtoOffer {
  const message = create(ModelOfferSchema, {
    provider: offer.provider,
    upstreamModel: offer.upstreamModel,
    operations: operationsToProto(offer.operations),
    prices: offer.prices.map(priceToProto),
    configured: endpoint?.configured ?? false,
  });
  const limits = endpoint === undefined ? undefined : imageLimitsToProto(offer, endpoint);
  if (limits !== undefined) message.limits = limits;
  return message;
}

function operationsToProto(operations: readonly Operation[]) {
  return operations.map((operation) => tables.operation[operation]);
}

function priceToProto(price: Price): ProtoPrice {
  const message = create(PriceSchema, {
    unit: price.unit,
    nanoUsd: BigInt(Math.round(price.nanoUsd)),
    size: price.size ?? "",
    source: price.source,
    asOf: price.asOf,
    upToInputTokens: price.upToInputTokens ?? 0,
    upToPixels: price.upToPixels ?? 0,
  });
  if (price.quality !== undefined) message.quality = tables.quality[price.quality];
  if (price.resolution !== undefined) message.resolution = tables.resolution[price.resolution];
  return message;
}
