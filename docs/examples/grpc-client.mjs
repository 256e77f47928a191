// A Node service over gRPC: node docs/examples/grpc-client.mjs [ADDRESS]
import { writeFileSync } from "node:fs";
import { credentials, loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const { spillway } = loadPackageDefinition(
  loadSync("spillway/v1/gateway_service.proto", { includeDirs: ["proto", "proto/vendor"] }),
);
const address = process.argv[2] ?? "127.0.0.1:50051";
const gateway = new spillway.v1.GatewayService(address, credentials.createInsecure(), {
  // Images are larger than gRPC's default of 4 MiB.
  "grpc.max_receive_message_length": 64 * 1024 * 1024,
});
const request = { model: "gemini-3-pro-image", textToImage: { prompt: "a paper boat" } };
gateway.generate(request, { deadline: Date.now() + 120_000 }, (error, response) => {
  if (error) {
    console.error(error.message);
    process.exitCode = 1;
  } else {
    const [image] = response.images.images;
    const name = `boat.${image.mimeType.split("/")[1]}`;
    writeFileSync(name, image.data);
    console.log(`${name}: ${image.width}x${image.height} by ${image.provider}`);
  }
  gateway.close();
});
