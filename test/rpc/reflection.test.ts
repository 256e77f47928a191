import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, it } from "vitest";
import * as v1 from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import * as v1alpha from "../../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

type Question = NonNullable<
  MessageInitShape<typeof v1.ServerReflectionRequestSchema>["messageRequest"]
>;

/** Asks questions on one stream and gives what was answered to each. */
type Ask = (
  server: TestServer,
  questions: readonly Question[],
) => Promise<v1.ServerReflectionResponse["messageResponse"][]>;

const versions: readonly (readonly [string, Ask])[] = [
  ["v1 on the Connect listener", ({ url }, questions) => askV1(url, questions)],
  ["v1 on the gRPC listener", ({ grpcUrl }, questions) => askV1(grpcUrl, questions)],
  ["v1alpha on the Connect listener", ({ url }, questions) => askV1alpha(url, questions)],
  ["v1alpha on the gRPC listener", ({ grpcUrl }, questions) => askV1alpha(grpcUrl, questions)],
];

describe.each(versions)("reflection %s", (_, ask) => {
  it("lists every service", async () => {
    const [answer] = await ask(await startTestServer(), [{ case: "listServices", value: "" }]);
    expect(answer).toMatchObject({
      case: "listServicesResponse",
      value: {
        service: [
          { name: "grpc.health.v1.Health" },
          { name: "grpc.reflection.v1.ServerReflection" },
          { name: "grpc.reflection.v1alpha.ServerReflection" },
          { name: "spillway.v1.GatewayService" },
        ],
      },
    });
  });

  it("gives a file with all that it imports, each once in a stream", async () => {
    const answers = await ask(await startTestServer(), [
      { case: "fileContainingSymbol", value: "spillway.v1.GatewayService" },
      { case: "fileContainingSymbol", value: "spillway.v1.AttemptReport" },
      { case: "fileByFilename", value: "google/rpc/error_details.proto" },
    ]);
    const [service, again, details] = answers.map(files);
    expect(service?.[0]).toBe("spillway/v1/gateway_service.proto");
    expect(service).toContain("buf/validate/validate.proto");
    expect(service).toContain("google/protobuf/descriptor.proto");
    expect(new Set(service).size).toBe(service?.length);
    expect(again).toEqual(["spillway/v1/attempt.proto"]);
    expect(details).toEqual(["google/rpc/error_details.proto"]);
  });

  it.each([
    ["spillway.v1.GatewayService.Generate", "spillway/v1/gateway_service.proto"],
    ["spillway.v1.GenerateRequest.model", "spillway/v1/generate.proto"],
    ["spillway.v1.Quality", "spillway/v1/image.proto"],
    ["buf.validate.field", "buf/validate/validate.proto"],
  ])("finds %s", async (symbol, file) => {
    const [answer] = await ask(await startTestServer(), [
      { case: "fileContainingSymbol", value: symbol },
    ]);
    expect(files(answer)[0]).toBe(file);
  });

  it("finds extensions", async () => {
    const containingType = "google.protobuf.FieldOptions";
    const [numbers, file] = await ask(await startTestServer(), [
      { case: "allExtensionNumbersOfType", value: containingType },
      { case: "fileContainingExtension", value: { containingType, extensionNumber: 1159 } },
    ]);
    expect(numbers).toMatchObject({
      case: "allExtensionNumbersResponse",
      value: { extensionNumber: expect.arrayContaining([1159]) },
    });
    expect(files(file)[0]).toBe("buf/validate/validate.proto");
  });

  it.each<Question>([
    { case: "fileContainingSymbol", value: "spillway.v1.Nothing" },
    { case: "fileContainingSymbol", value: "spillway.v1.GatewayService.Nothing" },
    { case: "fileContainingSymbol", value: "" },
    { case: "fileByFilename", value: "nothing.proto" },
    { case: "fileContainingExtension", value: { containingType: "nothing", extensionNumber: 1 } },
    { case: "allExtensionNumbersOfType", value: "nothing" },
  ])("does not find %j", async (question) => {
    const [answer] = await ask(await startTestServer(), [question]);
    expect(answer).toMatchObject({ case: "errorResponse", value: { errorCode: 5 } });
  });
});

function files(answer: v1.ServerReflectionResponse["messageResponse"] | undefined): string[] {
  if (answer?.case !== "fileDescriptorResponse") return [];
  return answer.value.fileDescriptorProto.map(
    (bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name,
  );
}

async function askV1(baseUrl: string, questions: readonly Question[]) {
  const client = createClient(v1.ServerReflection, createGrpcTransport({ baseUrl }));
  async function* requests() {
    for (const messageRequest of questions)
      yield create(v1.ServerReflectionRequestSchema, { messageRequest });
  }
  const answers: v1.ServerReflectionResponse["messageResponse"][] = [];
  for await (const { messageResponse } of client.serverReflectionInfo(requests()))
    answers.push(messageResponse);
  return answers;
}

async function askV1alpha(baseUrl: string, questions: readonly Question[]) {
  const client = createClient(v1alpha.ServerReflection, createGrpcTransport({ baseUrl }));
  async function* requests() {
    for (const messageRequest of questions) {
      yield create(v1alpha.ServerReflectionRequestSchema, {
        messageRequest: messageRequest as MessageInitShape<
          typeof v1alpha.ServerReflectionRequestSchema
        >["messageRequest"] &
          object,
      });
    }
  }
  const answers: v1.ServerReflectionResponse["messageResponse"][] = [];
  for await (const { messageResponse } of client.serverReflectionInfo(requests())) {
    answers.push(messageResponse as unknown as v1.ServerReflectionResponse["messageResponse"]);
  }
  return answers;
}
