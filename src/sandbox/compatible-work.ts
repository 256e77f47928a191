import type { JsonObject } from "../domain/json.ts";
import type { CompatibleManner } from "./compatible-manner.ts";
import type { Vendor, VendorContext, Visit } from "./vendor.ts";

/** One request that an OpenAI-compatible server works on. */
export interface CompatibleWork {
  readonly context: VendorContext;
  readonly manner: CompatibleManner;
  readonly visit: Visit;
  readonly fail: Vendor["fail"];
  readonly body: JsonObject;
}
