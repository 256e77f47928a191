import { writeFileSync } from "node:fs";
import { configJsonSchema } from "../src/config/json-schema.ts";

// Writes the JSON Schema of spillway.yaml. A test fails when it is out of date.
const target = new URL("../docs/spillway.schema.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
