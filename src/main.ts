#!/usr/bin/env node
import cluster from "node:cluster";
import { randomUUID } from "node:crypto";
import { enableCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";

/**
 * The entry, and the one file with effects at import. What is loaded after the
 * first line is kept compiled in the system's temporary directory, so that the
 * next start takes half the time; where that cannot be written, nothing is kept.
 */
enableCompileCache();

// Everything that is loaded stays. A young generation that grows by it would stay large.
setFlagsFromString("--semi-space-growth-factor=1");
const { run } = await import("./process/run.ts");
setFlagsFromString("--semi-space-growth-factor=2");

process.exitCode = await run(process, cluster, { random: Math.random, newId: randomUUID });
