import { readdirSync } from "node:fs";
import { models } from "../../src/catalog/models.ts";
import type { ChatCapabilities, ImageCapabilities } from "../../src/domain/capabilities.ts";
import { type Operation, operations } from "../../src/domain/operation.ts";
import { builtInProviders, providers } from "../../src/providers/list.ts";
import type { OperationDialect, Provider } from "../../src/providers/provider.ts";
import { type Witness, witnesses } from "../differential/witnesses.ts";

/** The text of docs/providers.md, from the providers, the catalogue, the fixtures and the witnesses. */
export function providersPage(): string {
  const rows = providers.flatMap((provider) =>
    operations.flatMap((operation) => row(provider, operation) ?? []),
  );
  return `# Providers

Written by \`npx vitest run test/docs -u\` from the code; a test compares.

| provider | by its vendor's name | what it is | key, in the environment | its status |
|---|---|---|---|---|
${builtInProviders.map(introduction).join("\n")}

Any other slug is an OpenAI-compatible server of your own: \`type: openai-compatible\`.

## What each can do

Every row stands on the fixtures of the provider contract (\`test/contract\`) and on witnesses (\`test/differential\`): the packages named make the same request as Spillway for the same task, every difference listed with its reason, and work against the embedded provider.

| provider | operation | how | streamed | native | by Spillway, or reported | cases | same request as | works against the sandbox |
|---|---|---|---|---|---|---|---|---|
${rows.join("\n")}

**how**: sync, or a job that is polled. **native**: what at least one of the catalogue's models takes there. **by Spillway, or reported**: what no model takes there: \`count\`, format, compression and delivery are done by Spillway, the rest is converted or dropped and reported as an Adjustment; with PARAMETER_MODE_STRICT such a provider is left out. **cases**: fixtures of the contract suite.

A chat at \`gemini\` or \`vertex\` that Google breaks off to be asked for the rest (\`CONTINUATION\`, very long answers of Gemini 4) is answered with what came, and ends with FINISH_REASON_LENGTH. The rest is not asked for.

${reasons().join("\n")}
`;
}

function introduction(provider: Provider): string {
  const { type, displayName, description, keyVariable, websiteUri, statusPageUri } = provider;
  const name = `[${displayName}](${websiteUri})`;
  return `| \`${type}\` | ${name} | ${description} | \`${keyVariable}\` | ${statusPageUri} |`;
}

function row(provider: Provider, operation: Operation): string[] | undefined {
  const dialect = provider.operations[operation] as OperationDialect<never, unknown> | undefined;
  if (dialect === undefined) return undefined;
  const upstream = modelsOf(provider.type, operation);
  const { native, missing } =
    operation === "chat"
      ? chatFeatures(upstream.map((model) => dialect.capabilities(model, {}) as ChatCapabilities))
      : imageFeatures(
          upstream.map((model) => dialect.capabilities(model, {}) as ImageCapabilities),
          operation,
        );
  const witness = witnesses[provider.type]?.[operation];
  return [
    [
      `\`${provider.type}\``,
      operation,
      dialect.job === undefined ? "sync" : "job",
      dialect.stream === undefined ? "no" : "yes",
      native.join(", "),
      missing.join(", "),
      String(casesOf(provider.type, operation)),
      packages(witness?.sameRequest),
      packages(witness?.sandbox),
    ].join(" | "),
  ].map((cells) => `| ${cells} |`);
}

/** The names of the catalogue's models there; for a server of the operator's own, any name. */
function modelsOf(slug: string, operation: Operation): readonly string[] {
  const found = models.flatMap(({ offers }) =>
    offers
      .filter((offer) => offer.provider === slug && offer.operations.includes(operation))
      .map(({ upstreamModel }) => upstreamModel),
  );
  return found.length > 0 ? found : ["any/model"];
}

interface Features {
  readonly native: readonly string[];
  readonly missing: readonly string[];
}

function imageFeatures(all: readonly ImageCapabilities[], operation: Operation): Features {
  const some = (has: (one: ImageCapabilities) => unknown) => all.some((one) => Boolean(has(one)));
  const kinds = new Set(all.flatMap(({ size }) => size?.kind ?? []));
  const formats = new Set(all.flatMap(({ formats: one }) => one ?? []));
  const features: [string, boolean][] = [
    [
      `count up to ${Math.max(...all.map(({ maxCountPerCall }) => maxCountPerCall))}`,
      some(({ maxCountPerCall }) => maxCountPerCall > 1),
    ],
    [`size (${[...kinds].sort().join(", ")})`, kinds.size > 0],
    ["resolution", some(({ resolutions }) => resolutions?.length) || kinds.has("free")],
    ["quality", some(({ qualities }) => qualities?.length)],
    ["background", some(({ backgrounds }) => backgrounds?.length)],
    ["seed", some(({ seed }) => seed)],
    [`format (${[...formats].sort().join(", ")})`, formats.size > 0],
    ["compression", some(({ compressibleFormats }) => compressibleFormats?.length)],
  ];
  if (operation === "text_to_image") {
    features.push(["negative_prompt", some(({ negativePrompt }) => negativePrompt)]);
  }
  if (operation === "image_edit") {
    features.push([
      `images up to ${Math.max(...all.map(({ maxInputImages }) => maxInputImages ?? 16))}`,
      true,
    ]);
    features.push(["mask", some(({ mask }) => mask)]);
  }
  if (operation === "image_upscale") {
    const factors = [...new Set(all.flatMap(({ scaleFactors }) => scaleFactors ?? []))];
    features.push([`scale_factor ${factors.sort((a, b) => a - b).join(", ")}`, factors.length > 0]);
  }
  features.push([
    `delivery ${[...new Set(all.map(({ delivery }) => delivery))].sort().join(", ")}`,
    true,
  ]);
  return split(features);
}

function chatFeatures(all: readonly ChatCapabilities[]): Features {
  const some = (has: (one: ChatCapabilities) => unknown) => all.some((one) => Boolean(has(one)));
  return split([
    ["tools", some(({ tools }) => tools)],
    ["images", some(({ imageInput }) => imageInput)],
    ["JSON", some(({ jsonFormat }) => jsonFormat)],
    ["JSON schema", some(({ jsonSchema }) => jsonSchema)],
    ["reasoning_effort", some(({ reasoningEffort }) => reasoningEffort)],
    ["seed", some(({ seed }) => seed)],
    ["temperature", some(({ temperature }) => temperature)],
    ["top_p", some(({ topP }) => topP)],
    ["stop", some(({ maxStop }) => maxStop)],
  ]);
}

function split(features: readonly (readonly [string, boolean])[]): Features {
  return {
    native: features.filter(([, has]) => has).map(([name]) => name),
    missing: features.filter(([, has]) => !has).map(([name]) => name.replace(/ .*$/, "")),
  };
}

function casesOf(slug: string, operation: Operation): number {
  const prefix = `${operation.replaceAll("_", "-")}-`;
  return readdirSync(`test/contract/fixtures/${slug}`).filter((name) => name.startsWith(prefix))
    .length;
}

function packages(names: Witness["sameRequest"] | undefined): string {
  if (names === undefined || names.length === 0) return "(below)";
  return names.map((name) => `\`${name}\``).join(", ");
}

function reasons(): readonly string[] {
  return Object.entries(witnesses).flatMap(([slug, byOperation]) =>
    Object.entries(byOperation).flatMap(([operation, { reason }]) =>
      reason === undefined ? [] : [`- \`${slug}\` ${operation}: ${reason}`],
    ),
  );
}
