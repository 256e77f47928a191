import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/fixed-seed.ts"],
    exclude: ["test/interop/**", "node_modules/**"],
    reporters: ["default", "./test/support/ci-reporter.ts"],
    // These find what hangs and say nothing about speed: a busy machine is ten times slower.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is polled for comes at once, save on a machine that stands still for seconds: Vitest's
    // own second would be a deadline. Less than a test's time, so that a failure says what was seen.
    expect: { poll: { timeout: 15_000 } },
    pool: "threads",
    // Most tests wait for sockets and processes rather than compute.
    maxWorkers: "100%",
    coverage: { provider: "v8", include: ["src/**"] },
  },
});
