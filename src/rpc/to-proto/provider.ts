import { create } from "@bufbuild/protobuf";
import { type Provider, ProviderSchema } from "../../../gen/spillway/v1/provider_pb.ts";
import type { ProviderView } from "../../gateway/gateway.ts";
import * as tables from "../enum-tables.ts";
import { durationToProto } from "./time.ts";

/** Writes a provider and what was seen of it lately. */
export function providerToProto(view: ProviderView): Provider {
  const { endpoint } = view;
  const { provider } = endpoint;
  const message = create(ProviderSchema, {
    slug: endpoint.slug,
    displayName: provider.displayName,
    description: provider.description,
    kind: tables.providerKind[provider.kind],
    operations: endpoint.operations.map((operation) => tables.operation[operation]),
    websiteUri: provider.websiteUri,
    statusPageUri: provider.statusPageUri,
    configured: endpoint.configured,
    sandbox: endpoint.sandbox,
    health: tables.healthState[view.health],
  });
  if (view.latencyMs !== undefined) message.latency = durationToProto(view.latencyMs);
  if (view.successRate !== undefined) message.successRate = view.successRate;
  return message;
}
