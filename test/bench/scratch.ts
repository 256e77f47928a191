import { join } from "node:path";
import { root } from "../interop/start-gateway.ts";

/** Where the benchmark keeps what it builds and installs, and its last results: in no commit. */
export const scratch = join(root, "node_modules/.cache/spillway-bench");

/** What one run writes, which another one at the same time must not touch. */
export const runFolder = join(scratch, `run-${process.pid}`);
