import { expect, it } from "vitest";
import { configChange } from "../../src/process/config-change.ts";
import { loadGood } from "../config/config-world.ts";

const server = "server: { listen: '127.0.0.1:0' }\n";
const provider =
  'providers: { boats: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1" } }\n';

it.each([
  ["server: { listen: '127.0.0.1:1' }", "server.listen"],
  ["server: { listen: '127.0.0.1:0', grpc: '127.0.0.1:1' }", "server.grpc"],
  ["server: { listen: '127.0.0.1:0', admin: '127.0.0.1:1' }", "server.admin"],
  ["server: { listen: '127.0.0.1:0', cors: { origins: ['https://a.example'] } }", "server.cors"],
  ["server: { listen: '127.0.0.1:0', drain: 1s }", "server.drain"],
  ["server: { listen: '127.0.0.1:0', max_message_size: 1MiB }", "server.max_message_size"],
  ["server: { listen: '127.0.0.1:0', watch: false }", "server.watch"],
  [`${server}media: { store: disk }`, "media"],
])("%s waits for a restart, and the rest is taken", (text, key) => {
  const started = loadGood(server);
  const next = loadGood(`${text}\n${provider}`);
  expect(configChange(started, next)).toEqual({
    kind: "applicable",
    config: { ...next, server: started.server, media: started.media },
    needRestart: [key],
  });
});

it("no key of server is forgotten: each is reported when it changes", () => {
  const started = loadGood(server);
  for (const key of Object.keys(started.server)) {
    const change = configChange(started, {
      ...started,
      server: { ...started.server, [key]: "another" },
    });
    expect(change.kind === "applicable" ? change.needRestart : [], key).toHaveLength(1);
  }
});

it.each([
  provider,
  "providers: { openai: { keys: [a-new-key] } }",
  "routes: [{ models: [boat], targets: [{ provider: openai }] }]",
  "media: { allow_private_network: true }",
  "media: { allow_hosts: [images.corp.example] }",
])("%s is taken while the process runs", (text) => {
  const next = loadGood(`${server}${text}`);
  expect(configChange(loadGood(server), next)).toEqual({
    kind: "applicable",
    config: next,
    needRestart: [],
  });
});

it("the sandbox's faults are taken while the process runs", () => {
  const next = loadGood(`${server}sandbox: { faults: ["fal=http-503"] }`);
  const change = configChange(loadGood(`${server}sandbox: true`), next);
  expect(change).toEqual({ kind: "applicable", config: next, needRestart: [] });
});

it.each([
  ["on", "false", "true"],
  ["off", "true", "false"],
])("none of a file that switches the sandbox %s is taken", (_, from, to) => {
  const change = configChange(
    loadGood(`sandbox: ${from}`),
    loadGood(`sandbox: ${to}\n${provider}`),
  );
  expect(change).toEqual({
    kind: "refused",
    message: expect.stringMatching(/^\/etc\/spillway\/spillway\.yaml: sandbox: .*restart/),
  });
});
