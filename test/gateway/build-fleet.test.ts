import { describe, expect, it } from "vitest";
import { buildFleet } from "../../src/gateway/build-fleet.ts";
import type { Endpoint } from "../../src/providers/endpoint.ts";
import { loadGood } from "../config/config-world.ts";

const account = '{"type":"service_account"}';

describe("Vertex AI in the fleet", () => {
  it.each([
    ["a project and a credential", `{ project: p, credentials: '${account}' }`, {}, true],
    ["a project, and so the machine's credential", "{ project: p }", {}, true],
    ["the environment's project", "{}", { GOOGLE_CLOUD_PROJECT: "p" }, true],
    ["a project and an access token", "{ project: p, keys: [ya29.mine] }", {}, true],
    ["a credential and no project", `{ credentials: '${account}' }`, {}, false],
    ["nothing", "{}", {}, false],
    ["a project and an empty credential", `{ project: p, credentials: "\${SA:-}" }`, {}, false],
    ["a project and an empty key", `{ project: p, keys: ["\${KEY:-}"] }`, {}, false],
  ])("with %s is configured or not", (_what, entry, environment, configured) => {
    expect(vertexOf(`providers: { vertex: ${entry} }`, environment).configured).toBe(configured);
  });

  it("is not configured when it is not listed", () => {
    expect(vertexOf("providers: {}", { GOOGLE_CLOUD_PROJECT: "p" }).configured).toBe(false);
  });

  it("is where its location is, unless the operator says where", () => {
    const there = vertexOf("providers: { vertex: { project: p, location: eu } }");
    expect(there.baseUrl).toBe("https://aiplatform.eu.rep.googleapis.com/v1");
    expect(there.settings).toMatchObject({ project: "p", location: "eu" });
    const here = vertexOf(
      "providers: { vertex: { project: p, location: eu, base_url: http://127.0.0.1:9/v1 } }",
    );
    expect(here.baseUrl).toBe("http://127.0.0.1:9/v1");
  });

  it("presents its credential after the tokens that it is given", () => {
    const { keys } = vertexOf(
      `providers: { vertex: { project: p, keys: [ya29.mine], credentials: '${account}' } }`,
    );
    expect(keys.map((key) => key.reveal())).toEqual(["ya29.mine", account]);
  });

  it("takes no credential into the sandbox, and needs no project there", () => {
    const text = `sandbox: true\nproviders: { vertex: { credentials: '${account}' } }`;
    const { vertex = "" } = embedded;
    const endpoint = vertexOf(text);
    expect(endpoint.configured).toBe(true);
    expect(endpoint.baseUrl).toBe(vertex);
    expect(endpoint.keys.map((key) => key.reveal())).toEqual(["sandbox"]);
    expect(endpoint.settings.project).toBe("sandbox");
  });
});

const embedded: Readonly<Record<string, string>> = { vertex: "http://127.0.0.1:1/vertex/v1" };

function vertexOf(text: string, environment: Readonly<Record<string, string>> = {}): Endpoint {
  const config = loadGood(text, environment);
  const endpoint = buildFleet(config, config.sandbox.enabled ? embedded : {}).get("vertex");
  if (endpoint === undefined) throw new Error("every built-in provider is in the fleet");
  return endpoint;
}
