import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/interop/**", "node_modules/**"],
    reporters: ["default", "./test/support/ci-reporter.ts"],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    pool: "threads",
    coverage: { provider: "v8", include: ["src/**"] },
  },
});
