import { writeFileSync } from "node:fs";
import { catalogJsonSchema, configJsonSchema } from "../src/config/json-schema.ts";

// Writes the JSON Schemas of spillway.yaml and of catalogue files. A test fails when one is out of date.
const schemas = {
  "spillway.schema.json": configJsonSchema(),
  "spillway-catalog.schema.json": catalogJsonSchema(),
};
for (const [name, schema] of Object.entries(schemas)) {
  const target = new URL(`../docs/${name}`, import.meta.url);
  writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
}
