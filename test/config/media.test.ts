// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references as users write them
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { loadGood, problemsOf } from "./config-world.ts";

describe("the place for images", () => {
  it("is not there unless the file asks for one", () => {
    expect(loadGood("routes: []").media).toEqual({
      store: undefined,
      allowPrivateNetwork: false,
      allowHosts: [],
    });
  });

  it("on disk needs nothing more", () => {
    expect(loadGood("media: { store: disk }").media.store).toEqual({
      kind: "disk",
      directory: undefined,
      lifetimeMs: 3_600_000,
      maxBytes: 2 ** 30,
      baseUrl: undefined,
    });
  });

  it("on disk has a directory, from the folder of the file", () => {
    const text = `media:
  { store: disk, directory: images, lifetime: 10m, max_size: 500GiB, base_url: "https://images.example/" }`;
    expect(loadGood(text).media.store).toEqual({
      kind: "disk",
      directory: "/etc/spillway/images",
      lifetimeMs: 600_000,
      maxBytes: 500 * 2 ** 30,
      baseUrl: "https://images.example",
    });
  });

  it("in a bucket takes its keys by reference, and never prints them", () => {
    const config = loadGood(
      `media:
  store: s3
  bucket: images
  endpoint: http://127.0.0.1:7070
  path_style: true
  access_key_id: "\${KEY}"
  secret_access_key: "\${file:/run/secret}"`,
      { KEY: "key-id" },
      { "/run/secret": "very-secret\n" },
    );
    const { store } = config.media;
    expect(store).toMatchObject({
      kind: "s3",
      bucket: "images",
      region: "us-east-1",
      endpoint: "http://127.0.0.1:7070",
      pathStyle: true,
      prefix: "",
      lifetimeMs: 3_600_000,
    });
    const credentials = store?.kind === "s3" ? store.credentials : undefined;
    expect(credentials?.secretAccessKey.reveal()).toBe("very-secret");
    expect(inspect(config, { depth: 9 })).not.toMatch(/very-secret|key-id/);
  });

  it("in a bucket without keys leaves them to the AWS client", () => {
    const text = `media: { store: s3, bucket: images, access_key_id: "\${NONE:-}", secret_access_key: "" }`;
    expect(loadGood(text).media.store).toMatchObject({ credentials: undefined });
  });

  it("is there in the sandbox", () => {
    const read = readConfig(undefined, { environment: {}, readFile: () => "" });
    expect(read).toMatchObject({ config: { media: { store: { kind: "disk" } } } });
  });
});

describe("a mistake in media", () => {
  it.each([
    ["media: { store: tape }", "expected disk or s3"],
    ["media: { store: disk, directory: '' }", "expected a path"],
    ["media: { store: disk, lifetime: 25h }", "expected a duration"],
    ["media: { store: disk, max_size: 2000GiB }", "expected a size"],
    ["media: { store: disk, base_url: 'ftp://a.example' }", "expected an http or https address"],
    ["media: { store: disk, bucket: images }", "expected it only with s3"],
    ["media: { directory: images }", "expected it only with disk"],
    ["media: { lifetime: 1h }", "expected it only with a store"],
    ["media: { store: s3 }", "has no bucket"],
    ["media: { store: s3, bucket: UPPER }", "expected the name of a bucket"],
    ["media: { store: s3, bucket: images, max_size: 1GiB }", "expected it only with disk"],
    [
      "media: { store: s3, bucket: images, access_key_id: a }",
      "is there without secret_access_key",
    ],
    ["media: { store: s3, bucket: images, session_token: a }", "is there without access_key_id"],
    ["media: { alow_private_network: true }", 'did you mean "allow_private_network"'],
    ["media: { allow_hosts: images.corp.example }", "expected a list"],
    ...[
      "*.example",
      "http://a.example",
      "a.example:80",
      "10.0.0.0/33",
      "10.1",
      "fd00::/129",
      "",
    ].map((host) => [
      `media: { allow_hosts: ["${host}"] }`,
      "expected a host's name, an address, or a",
    ]),
    [
      'providers: { openai: { keys: [k], allow_hosts: ["10.0.0.0/8/8"] } }',
      "expected a host's name",
    ],
    ["{ server: { listen: '0.0.0.0:80' }, media: { store: disk } }", "has no base_url"],
    ["{ server: { listen: '[::]:80' }, media: { store: disk } }", "has no base_url"],
  ])("is found in %s", (text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it("is not that every address is listened on, when callers know another one", () => {
    const text = `server: { listen: "0.0.0.0:80" }
media: { store: disk, base_url: "https://images.example" }`;
    expect(problemsOf(text)).toEqual([]);
  });
});
