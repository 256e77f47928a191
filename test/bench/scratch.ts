import { join } from "node:path";
import { root } from "../interop/start-gateway.ts";

/** Where the benchmark keeps what it builds, installs and writes: in no commit. */
export const scratch = join(root, "node_modules/.cache/spillway-bench");
