import type { SeedRange } from "../../domain/capabilities.ts";

/** The seeds of an API that keeps them in a signed int32 and takes none below 0. */
export const int32Seeds: SeedRange = { least: 0, most: 2 ** 31 - 1 };
