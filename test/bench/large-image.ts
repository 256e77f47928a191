import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import { Client, credentials } from "@grpc/grpc-js";
import { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { type RunningGateway, startGateway } from "../interop/start-gateway.ts";
import { pngHeader } from "../support/image-bytes.ts";

/**
 * How much more memory a gateway has resident while an image of 15 MB passes
 * through it than when it is idle, as a multiple of the image: the image comes as
 * 20 MB of base64 in a provider's JSON and leaves over gRPC and over Connect in
 * both of its encodings. Each has a process of its own, which is warmed up with
 * small images; then the large one passes ten times, one request at a time. The
 * peak of all ten includes what V8 had not yet collected of those before. Linux
 * only, since the peak is read from /proc. Run it with `npm run bench large-image`.
 */
const largeBytes = 15_000_000;
const smallBytes = 100_000;
const warmUps = 30;
const rounds = 10;
/** What docs/performance.md promises of each of them. */
const most = 3.5;

const answers = { large: answerWith(largeBytes), small: answerWith(smallBytes) };
let answer = answers.small;
const upstream = createServer((request, response) => {
  request.resume().once("end", () => {
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": answer.length,
    });
    response.end(answer);
  });
}).listen(0, "127.0.0.1");
await new Promise((resolve) => upstream.once("listening", resolve));
const { port } = upstream.address() as AddressInfo;

const request = create(GenerateRequestSchema, {
  model: "any",
  task: { case: "textToImage", value: { prompt: "a very large boat" } },
});
const method = "/spillway.v1.GatewayService/Generate";
const protocols: Readonly<Record<string, (gateway: RunningGateway) => Promise<number>>> = {
  gRPC: ({ grpc }) => overGrpc(grpc),
  "Connect, binary": ({ listen }) =>
    overConnect(listen, "application/proto", toBinary(GenerateRequestSchema, request)),
  "Connect, JSON": ({ listen }) =>
    overConnect(
      listen,
      "application/json",
      JSON.stringify({ model: "any", textToImage: { prompt: "a very large boat" } }),
    ),
};

console.log("protocol         idle MB   first x   worst x");
for (const [name, generate] of Object.entries(protocols)) {
  const { idle, peaks } = await measure(generate);
  const multiple = (peak: number | undefined) => (((peak ?? 0) - idle) / largeBytes).toFixed(2);
  const worst = multiple(Math.max(...peaks));
  const cells = [(idle / 1e6).toFixed(0).padStart(7), multiple(peaks[0]), worst];
  console.log(`${name.padEnd(16)} ${cells.map((cell) => cell.padStart(7)).join("   ")}`);
  if (Number(worst) >= most) process.exitCode = 1;
}
upstream.close();
upstream.closeAllConnections();

async function measure(generate: (gateway: RunningGateway) => Promise<number>) {
  const gateway = await startGateway(`
server: { listen: 127.0.0.1:0, grpc: 127.0.0.1:0 }
providers:
  fake: { type: openai-compatible, base_url: "http://127.0.0.1:${port}/v1", allow_private_network: true }
routes:
  - models: [any]
    targets: [{ provider: fake }]
`);
  const { pid } = gateway.process;
  try {
    answer = answers.small;
    for (let round = 0; round < warmUps; round++) await generate(gateway);
    await sleep(1000);
    const idle = memory(pid, "VmRSS");
    answer = answers.large;
    const peaks: number[] = [];
    for (let round = 0; round < rounds; round++) {
      // Sets the peak back to what is resident now (proc(5), clear_refs).
      writeFileSync(`/proc/${pid}/clear_refs`, "5");
      const size = await generate(gateway);
      if (size < largeBytes) throw new Error(`only ${size} bytes arrived`);
      peaks.push(memory(pid, "VmHWM"));
    }
    return { idle, peaks };
  } finally {
    gateway.process.kill();
  }
}

/** In bytes. */
function memory(pid: number | undefined, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
}

/** How many bytes the response has. */
function overGrpc(address: string): Promise<number> {
  const client = new Client(address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
  });
  return new Promise<number>((resolve, reject) => {
    client.makeUnaryRequest(
      method,
      () => Buffer.from(toBinary(GenerateRequestSchema, request)),
      (bytes) => bytes.length,
      undefined,
      (error, length) => (error === null ? resolve(length ?? 0) : reject(error)),
    );
  }).finally(() => client.close());
}

async function overConnect(address: string, contentType: string, body: string | Uint8Array) {
  const response = await fetch(`http://${address}${method}`, {
    method: "POST",
    headers: { "content-type": contentType },
    body: typeof body === "string" ? body : Buffer.from(body),
  });
  const bytes = await response.arrayBuffer();
  if (!response.ok) throw new Error(Buffer.from(bytes).toString());
  return bytes.byteLength;
}

/** A provider's answer with an image of this many bytes, which nothing can compress. */
function answerWith(size: number): Buffer {
  const image = Buffer.alloc(size);
  for (let index = 0; index < size; index++) image[index] = (index * 2654435761) >>> 24;
  image.set(pngHeader(4096, 4096));
  return Buffer.from(
    JSON.stringify({ created: 1, data: [{ b64_json: image.toString("base64") }] }),
  );
}
