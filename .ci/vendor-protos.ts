import { copyFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { equals } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate as embedded } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { file_buf_validate_validate as vendored } from "../gen/buf/validate/validate_pb.ts";

// Copies the contracts of others from the packages that publish them.
const sources: Readonly<Record<string, string>> = {
  "google/rpc/code.proto": "google-proto-files/google/rpc/code.proto",
  "google/rpc/error_details.proto": "google-proto-files/google/rpc/error_details.proto",
  "google/rpc/status.proto": "google-proto-files/google/rpc/status.proto",
  "grpc/health/v1/health.proto": "grpc-health-check/proto/health/v1/health.proto",
  "grpc/reflection/v1/reflection.proto":
    "@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto",
  "grpc/reflection/v1alpha/reflection.proto":
    "@grpc/reflection/build/proto/grpc/reflection/v1alpha/reflection.proto",
};
const root = new URL("../", import.meta.url);
for (const [target, source] of Object.entries(sources)) {
  const path = new URL(`proto/vendor/${target}`, root);
  mkdirSync(dirname(path.pathname), { recursive: true });
  copyFileSync(new URL(`node_modules/${source}`, root), path);
}

// No package has buf/validate/validate.proto as a file. Ours was printed from
// the descriptor inside @bufbuild/protovalidate, and must still say the same.
if (!equals(FileDescriptorProtoSchema, vendored.proto, embedded.proto)) {
  throw new Error(
    "proto/vendor/buf/validate/validate.proto is not the one that @bufbuild/protovalidate was made with: print its descriptor anew, then run npm run generate",
  );
}
