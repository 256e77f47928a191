import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { callUnary, grpcClient } from "../rpc/support/grpc-client.ts";
import { postJson } from "../support/raw-calls.ts";
import { imageRequest } from "../support/requests.ts";
import { spawnSpillway } from "../support/spawn-spillway.ts";

let folder = "";
let program = "";
let config = "";

beforeAll(async () => {
  // Inside the project, since what is not in the bundle is looked for in its packages.
  mkdirSync("node_modules/.cache", { recursive: true });
  folder = mkdtempSync("node_modules/.cache/spillway-built-");
  program = join(folder, "spillway.js");
  config = join(folder, "spillway.yaml");
  const anyPort = '"127.0.0.1:0"';
  writeFileSync(
    config,
    `server: { listen: ${anyPort}, grpc: ${anyPort}, admin: ${anyPort} }\nsandbox: true\n`,
  );
  await promisify(execFile)(process.execPath, [".ci/build.ts", folder]);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("the built program", () => {
  it("serves the sandbox on every listener, and ends with 0", async () => {
    const spillway = spawnSpillway(["serve", "--config", config], {}, program);
    const { listen, grpc, admin } = await spillway.logged("listening");
    const request = create(GenerateRequestSchema, imageRequest("gemini-3-pro-image"));
    const called = await callUnary(
      grpcClient(`http://${grpc}`),
      GatewayService.method.generate,
      request,
      {},
    );
    expect("response" in called && called.response.output.case).toBe("images");
    const { status } = await postJson(`http://${listen}`, "ListProviders", {});
    expect(status).toBe(200);
    expect(await (await fetch(`http://${admin}/metrics`)).text()).toContain("spillway_requests");
    spillway.kill("SIGTERM");
    expect(await spillway.exited).toBe(0);
  });

  it("is the whole command line", async () => {
    const version = spawnSpillway(["--version"], {}, program);
    expect(await version.exited).toBe(0);
    const route = spawnSpillway(["route", "gemini-3-pro-image", "--config", config], {}, program);
    expect(await route.exited).toBe(0);
    expect(route.stdout).toContain("gemini");
  });
});
