import { z } from "zod";
import { configSchema } from "./schema.ts";

/** The JSON Schema of spillway.yaml, for editors; docs/spillway.schema.json holds it. */
export function configJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema(new Set()), { io: "input" });
  return { $schema, title: "Spillway's configuration, spillway.yaml", ...schema };
}
