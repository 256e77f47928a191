import { describe, expect, it } from "vitest";
import type { Provider } from "../../src/providers/provider.ts";
import { pngHeader } from "../support/image-bytes.ts";
import { candidate, endpoint, execute, gives } from "./world.ts";

describe("a file that an answer points to", () => {
  const bearer = { kind: "header", name: "authorization", prefix: "Bearer " } as const;

  /** The credentials that go along with the download of one address of the provider at https://a.test/v1. */
  async function credentialsFor(url: string, change: Partial<Provider>) {
    const provider: Provider = { ...endpoint("a").provider, credential: bearer, ...change };
    const { transport } = await execute({
      candidates: [candidate("a", { endpoint: { provider } })],
      script: {
        steps: {
          a: [
            gives(0, { output: { kind: "images", images: [{ content: { kind: "url", url } }] } }),
          ],
        },
        download: () => ({ kind: "file", bytes: pngHeader(2, 2), contentType: "image/png" }),
      },
    });
    return transport.downloads.map(({ credential }) => credential);
  }

  it("is fetched with the key where it lies at the endpoint's own origin", async () => {
    expect(await credentialsFor("https://a.test/files/1.png", { ownFilesTakeKey: true })).toEqual([
      { name: "authorization", value: "Bearer a-key" },
    ]);
  });

  it.each([
    "https://b.test/files/1.png",
    "https://a.test:8443/files/1.png",
    "http://a.test/files/1.png",
    "https://a.test.example/files/1.png",
    "https://a.test@b.test/files/1.png",
  ])("is fetched without the key at %s", async (url) => {
    expect(await credentialsFor(url, { ownFilesTakeKey: true })).toEqual([undefined]);
  });

  it("is fetched without the key from every provider that does not ask for it", async () => {
    expect(await credentialsFor("https://a.test/files/1.png", {})).toEqual([undefined]);
  });
});
