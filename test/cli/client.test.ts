import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { describe, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { connectTo, gatewayClient } from "../../src/cli/client.ts";
import { explainError } from "../../src/cli/explain-error.ts";
import { refusingUrl } from "../support/fake-upstream.ts";

describe("the client of a running gateway", () => {
  it("calls it over a socket, streams included", async () => {
    const server = createServer(
      connectNodeAdapter({
        routes: (router) => {
          router.service(GatewayService, {
            async *streamGenerate({ generate }) {
              yield { event: { case: "textDelta", value: { text: `for ${generate?.model}` } } };
            },
          });
        },
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const client = gatewayClient(connectTo(`http://127.0.0.1:${port}`));
      const texts: unknown[] = [];
      for await (const { event } of client.streamGenerate({ generate: { model: "m" } })) {
        texts.push(event.value);
      }
      expect(texts).toMatchObject([{ text: "for m" }]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it.each(["the-key\nof-the-web-team", "the-k\u20acy-of-the-web-team", " \n"])(
    "sends no key that no header can carry, and does not show it: %j",
    async (key) => {
      const client = gatewayClient(connectTo("http://127.0.0.1:1", key));
      const error = await client.listProviders({}).catch((reason: unknown) => reason);
      const told = explainError(error, "http://127.0.0.1:1", 80);
      expect(told).toMatch(
        /characters in it that no key has.* \(UNAUTHENTICATED\)\n.*SPILLWAY_KEY/,
      );
      expect(told).not.toMatch(/the-k|web-team/);
    },
  );

  it("says that no one answers where no one listens", async () => {
    const address = new URL(await refusingUrl()).origin;
    const client = gatewayClient(connectTo(address));
    const error = await client.listProviders({}).catch((reason: unknown) => reason);
    expect(ConnectError.from(error).code).toBe(Code.Unavailable);
    expect(explainError(error, address, 80)).toMatch(`no gateway answers at ${address}`);
  });
});
