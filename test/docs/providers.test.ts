import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { operations } from "../../src/domain/operation.ts";
import { providers } from "../../src/providers/list.ts";
import { witnesses } from "../differential/witnesses.ts";
import { providersPage } from "./write-providers-page.ts";

describe("docs/providers.md", () => {
  it("is what the providers, the catalogue, the fixtures and the witnesses say", async () => {
    await expect(providersPage()).toMatchFileSnapshot("../../docs/providers.md");
  });

  const cells = providers.flatMap((provider) =>
    operations
      .filter((operation) => provider.operations[operation] !== undefined)
      .map((operation) => ({ slug: provider.type, operation })),
  );

  it.each(cells)("backs $slug $operation with a case that succeeds", ({ slug, operation }) => {
    const file = `test/contract/fixtures/${slug}/${operation.replaceAll("_", "-")}-ok.json`;
    expect(existsSync(file), file).toBe(true);
  });

  it.each(cells)(
    "names a witness of $slug $operation, or why there is none",
    ({ slug, operation }) => {
      const witness = witnesses[slug]?.[operation];
      expect(witness, "no entry in witnesses.ts").toBeDefined();
      const { sameRequest, sandbox, reason } = witness ?? { sameRequest: [], sandbox: [] };
      if (sameRequest.length === 0 || sandbox.length === 0) expect(reason).toBeTruthy();
      const comparison = readFileSync(`test/differential/same-request-${slug}.test.ts`, "utf8");
      for (const name of sameRequest) expect(comparison).toContain(`from "${name}"`);
      for (const name of sandbox) expect(sdkTests).toContain(`from "${name}"`);
    },
  );
});

const sdkTests = readdirSync("test/differential")
  .filter((name) => name.startsWith("sdk-"))
  .map((name) => readFileSync(`test/differential/${name}`, "utf8"))
  .join("\n");
