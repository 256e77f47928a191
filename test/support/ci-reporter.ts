import type { Reporter, TestModule } from "vitest/node";

/** Ends the run with the one line that CI counts: "N passed, N failed, N skipped". */
export default class CiReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    for (const module of modules) {
      let ran = false;
      for (const test of module.children.allTests()) {
        ran = true;
        const state = test.result().state;
        if (state === "passed") passed++;
        else if (state === "skipped") skipped++;
        else failed++;
      }
      if (!ran || module.state() === "failed") failed += module.errors().length;
    }
    console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  }
}
