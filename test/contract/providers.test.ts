import { describe, expect, it } from "vitest";
import { findProvider, providers } from "../../src/providers/list.ts";
import { itKeepsTheProviderContract } from "./provider-contract.ts";

describe("the list of providers", () => {
  it("names each type once", () => {
    const types = providers.map((provider) => provider.type);
    expect(new Set(types).size).toBe(types.length);
    for (const provider of providers) expect(findProvider(provider.type)).toBe(provider);
    expect(findProvider("nobody")).toBeUndefined();
  });
});

for (const provider of providers) itKeepsTheProviderContract(provider);
