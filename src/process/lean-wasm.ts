import { setFlagsFromString } from "node:v8";

/**
 * Has V8 compile WebAssembly without unrolling loops. The parser of HTTP in undici is one
 * large loop, and nothing is gained by unrolling that; but the compiler takes 10 MB more
 * for it, which the allocator of the system keeps for good (Node 24, November 2026).
 */
export function compileWasmLean(): void {
  setFlagsFromString("--no-wasm-loop-unrolling");
}
