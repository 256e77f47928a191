import { z } from "zod";
import { catalogSchema } from "./catalog-schema.ts";
import { configSchema } from "./schema.ts";

/** The JSON Schema of spillway.yaml, for editors; docs/spillway.schema.json holds it. */
export function configJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema(new Set()), { io: "input" });
  return { $schema, title: "Spillway's configuration, spillway.yaml", ...schema };
}

/** The JSON Schema of a catalogue file; docs/spillway-catalog.schema.json holds it. */
export function catalogJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(catalogSchema, { io: "input" });
  return { $schema, title: "Models for Spillway, the file at catalog.file", ...schema };
}
