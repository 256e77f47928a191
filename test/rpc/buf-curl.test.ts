import { execFile } from "node:child_process";
import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { exhausted } from "./support/samples.ts";
import { startTestServer } from "./support/test-server.ts";

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `buf curl` and knows nothing of the contract but what reflection tells. */
function bufCurl(...options: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      "node_modules/.bin/buf",
      ["curl", "--http2-prior-knowledge", ...options],
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      },
    );
  });
}

const request = JSON.stringify({ model: "gpt-image-2", textToImage: { prompt: "a lighthouse" } });

describe.each(["listen", "grpc"] as const)("buf curl at the address `%s`", (listener) => {
  it("lists services and methods by reflection, old and new", async () => {
    const url = `http://${(await startTestServer()).addresses[listener]}`;
    const protocol = ["--protocol", "grpc"];
    expect((await bufCurl(...protocol, "--list-services", url)).stdout).toContain(
      "spillway.v1.GatewayService",
    );
    const old = await bufCurl(
      ...protocol,
      "--reflect-protocol",
      "grpc-v1alpha",
      "--list-methods",
      url,
    );
    expect(old.stdout).toContain("spillway.v1.GatewayService/StreamGenerate");
  });

  const protocols = listener === "grpc" ? ["grpc"] : ["grpc", "grpcweb", "connect"];
  it.each(protocols)("does a task, streams and shows error details over %s", async (protocol) => {
    const server = await startTestServer();
    const url = `http://${server.addresses[listener]}/spillway.v1.GatewayService`;
    const unary = await bufCurl("--protocol", protocol, "-d", request, `${url}/Generate`);
    expect(unary.stderr).toBe("");
    expect(JSON.parse(unary.stdout)).toMatchObject({ provider: "openai" });
    const streamed = await bufCurl(
      "--protocol",
      protocol,
      "-d",
      `{"generate": ${request}}`,
      `${url}/StreamGenerate`,
    );
    expect(JSON.parse(streamed.stdout)).toMatchObject({ completed: { provider: "openai" } });
    server.gateway.answer(async () => ({ kind: "failed", error: exhausted }));
    const failed = await bufCurl("--protocol", protocol, "-d", request, `${url}/Generate`);
    // buf curl exits with the gRPC code times eight: UNAVAILABLE is 14.
    expect(failed.code).toBe(112);
    const { details } = JSON.parse(failed.stderr) as { details: { type: string; value: string }[] };
    const types = ["google.rpc.ErrorInfo", "google.rpc.RetryInfo", "spillway.v1.AttemptReport"];
    expect(details.map(({ type }) => type)).toEqual(types);
    const info = Buffer.from(details[0]?.value ?? "", "base64");
    expect(fromBinary(ErrorInfoSchema, info).reason).toBe("ALL_PROVIDERS_EXHAUSTED");
  });
});
