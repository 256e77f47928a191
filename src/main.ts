#!/usr/bin/env node
import cluster from "node:cluster";
import { randomUUID } from "node:crypto";
import { enableCompileCache } from "node:module";
import { compileWasmLean } from "./process/lean-wasm.ts";
import { withSmallYoungGeneration } from "./process/young-generation.ts";

/**
 * The entry, and the one file with effects at import. What is loaded after the
 * first line is kept compiled in the system's temporary directory, so that the
 * next start takes half the time; where that cannot be written, nothing is kept.
 */
enableCompileCache();
compileWasmLean();

const { run } = await withSmallYoungGeneration(8, () => import("./process/run.ts"));

process.exitCode = await run(process, cluster, { random: Math.random, newId: randomUUID });
