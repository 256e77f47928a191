import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { fakeTelemetry } from "./support/fake-telemetry.ts";
import { startTestServer } from "./support/test-server.ts";

const waiting = '{"service":""}';

describe("a client of HTTP/1.1", () => {
  it.each(["application/grpc-web-text", "application/json; charset=utf-16", "text/plain"])(
    "can leave while a request of %s waits behind one that is served",
    async (type) => {
      const begun = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<string>();
      const telemetry = fakeTelemetry();
      const server = await startTestServer({
        telemetry: {
          rpcStarted(call) {
            begun.resolve();
            return { ...telemetry.rpcStarted(call), ended: ended.resolve };
          },
        },
      });
      const client = connect(Number(new URL(server.url).port), "127.0.0.1");
      const body = Buffer.concat([Buffer.from([0, 0, 0, 0, waiting.length]), Buffer.from(waiting)]);
      client.write(
        "POST /grpc.health.v1.Health/Watch HTTP/1.1\r\nhost: gateway\r\n" +
          `content-type: application/connect+json\r\ncontent-length: ${body.length}\r\n\r\n`,
      );
      client.write(body);
      await once(client, "data");
      client.write(
        "POST /spillway.v1.GatewayService/ListModels HTTP/1.1\r\nhost: gateway\r\n" +
          `content-type: ${type}\r\ncontent-length: 5\r\n\r\nhalf`,
      );
      await begun.promise;
      client.destroy();
      expect(await ended.promise).toBe("CANCELLED");
      expect((await fetch(server.url)).status).toBe(200);
      expect(server.bugs).toEqual([]);
    },
  );

  it("loses what waits in its pipeline when it asks for a tunnel", async () => {
    const ended = Promise.withResolvers<string>();
    const telemetry = fakeTelemetry();
    const server = await startTestServer({
      telemetry: {
        rpcStarted: (call) => ({ ...telemetry.rpcStarted(call), ended: ended.resolve }),
      },
    });
    const client = connect(Number(new URL(server.url).port), "127.0.0.1");
    const closed = once(client, "close");
    const body = Buffer.concat([Buffer.from([0, 0, 0, 0, waiting.length]), Buffer.from(waiting)]);
    client.write(
      "POST /grpc.health.v1.Health/Watch HTTP/1.1\r\nhost: gateway\r\n" +
        `content-type: application/connect+json\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    client.write(body);
    await once(client, "data");
    client.resume();
    client.write(
      "POST /spillway.v1.GatewayService/ListModels HTTP/1.1\r\nhost: gateway\r\n" +
        "content-type: text/plain\r\ncontent-length: 0\r\n\r\n" +
        "CONNECT other:443 HTTP/1.1\r\nhost: other:443\r\n\r\n",
    );
    expect(await ended.promise).toBe("CANCELLED");
    await closed;
    expect(server.bugs).toEqual([]);
  });
});
