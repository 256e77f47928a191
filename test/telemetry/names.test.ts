import { readFileSync } from "node:fs";
import * as stable from "@opentelemetry/semantic-conventions";
import * as incubating from "@opentelemetry/semantic-conventions/incubating";
import { describe, expect, it } from "vitest";
import { attributeNames, eventNames, metricNames } from "../../src/telemetry/names.ts";

const page = readFileSync("docs/telemetry.md", "utf8");

describe("the names of telemetry", () => {
  it("are those of the conventions wherever the conventions have one", () => {
    const known = new Set<unknown>(Object.values({ ...incubating, ...stable }));
    const ours = [
      ...Object.values(attributeNames),
      metricNames.requestDuration.name,
      metricNames.attemptDuration.name,
    ];
    expect(ours.filter((name) => !name.startsWith("spillway.") && !known.has(name))).toEqual([]);
  });

  it("stand in the documentation, each attribute once, and no other", () => {
    const documented = [
      ...page.matchAll(
        /^\| `([a-z_.]+)` \| (?:any|call|attempt|exchange|event|metrics)[a-z, ]* \|/gm,
      ),
    ].map(([, name]) => name);
    expect(documented.sort()).toEqual(Object.values(attributeNames).sort());
  });

  it("stand in the documentation, each metric with its unit and meaning, and no other", () => {
    const documented = [...page.matchAll(/^\| `([a-z_.]+)` \| (s|USD|\{\w+\}) \| (.+) \|$/gm)].map(
      ([, name, unit, description]) => ({ name, unit, description }),
    );
    expect(documented).toEqual(Object.values(metricNames));
  });

  it("stand in the documentation, each event", () => {
    for (const name of Object.values(eventNames)) expect(page).toContain(`\`${name}\``);
  });
});
