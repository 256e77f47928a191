import { expect, it } from "vitest";
import { movedProviders } from "../../src/gateway/moved-providers.ts";
import { fakeEndpoint } from "../support/fake-provider.ts";

const here = { slug: "vertex", baseUrl: "https://here.test/v1", settings: { project: "p" } };

it.each([
  ["is asked as before", here, []],
  ["is asked with other limits", { ...here, timeoutMs: 1_000 }, []],
  [
    "may give files from elsewhere",
    { ...here, settings: { ...here.settings, allowHosts: ["cdn.test"] } },
    [],
  ],
  ["is at another address", { ...here, baseUrl: "https://there.test/v1" }, ["vertex"]],
  ["is another project", { ...here, settings: { project: "q" } }, ["vertex"]],
  ["is gone", { ...here, slug: "gemini" }, ["vertex"]],
])("a provider that %s has moved or not", (_what, options, moved) => {
  const [before, after] = [fakeEndpoint(here), fakeEndpoint(options)];
  const endpoint = (slug: string) => (slug === after.slug ? after : undefined);
  const providers = () => [{ endpoint: before, health: "healthy" } as const];
  expect(movedProviders({ providers }, { endpoint })).toEqual(moved);
});
