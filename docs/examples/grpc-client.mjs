// A Node service over gRPC: node docs/examples/grpc-client.mjs [ADDRESS] [CONTRACT]
import { readFileSync, writeFileSync } from "node:fs";
import { credentials, loadPackageDefinition } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";

// Made by: npx buf build --path proto/spillway -o spillway.binpb
const contract = readFileSync(process.argv[3] ?? "spillway.binpb");
const { spillway } = loadPackageDefinition(loadFileDescriptorSetFromBuffer(contract));
const address = process.argv[2] ?? "127.0.0.1:50051";
const gateway = new spillway.v1.GatewayService(address, credentials.createInsecure(), {
  // Images are larger than gRPC's default of 4 MiB.
  "grpc.max_receive_message_length": 64 * 1024 * 1024,
});
const request = { model: "gemini-3-pro-image", text_to_image: { prompt: "a paper boat" } };
gateway.generate(request, { deadline: Date.now() + 120_000 }, (error, response) => {
  if (error) {
    console.error(error.message);
    process.exitCode = 1;
  } else {
    const [image] = response.images.images;
    const name = `boat.${image.mime_type.split("/")[1]}`;
    writeFileSync(name, image.data);
    console.log(`${name}: ${image.width}x${image.height} by ${image.provider}`);
  }
  gateway.close();
});
