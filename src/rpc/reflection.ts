import {
  create,
  createRegistry,
  type DescFile,
  type DescService,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import * as v1 from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import * as v1alpha from "../../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { conversation, type Rpc } from "./rpc.ts";

/**
 * Reflection, v1 and v1alpha, by
 * https://github.com/grpc/grpc/blob/master/doc/server-reflection.md: it lists
 * the services given and itself, and has their files, all files that these
 * import, and the `extra` ones, which hold the details of errors.
 */
export function reflectionService(
  services: readonly DescService[],
  extra: readonly DescFile[],
): readonly Rpc[] {
  const listed = [...services, v1.ServerReflection, v1alpha.ServerReflection];
  const source = descriptorSource(listed, extra);
  return [
    conversation(v1.ServerReflection.method.serverReflectionInfo, () => {
      const answer = answerer(source);
      return {
        answer: (request) =>
          create(v1.ServerReflectionResponseSchema, {
            originalRequest: request,
            validHost: request.host,
            messageResponse: answer(request.messageRequest),
          }),
      };
    }),
    conversation(v1alpha.ServerReflection.method.serverReflectionInfo, () => {
      const answer = answerer(source);
      return {
        answer: (request) =>
          create(v1alpha.ServerReflectionResponseSchema, {
            originalRequest: request,
            validHost: request.host,
            messageResponse: answer(request.messageRequest),
          }),
      };
    }),
  ];
}

type Question =
  | v1.ServerReflectionRequest["messageRequest"]
  | v1alpha.ServerReflectionRequest["messageRequest"];

// The messages of both versions are the same, but for the names of their types.
type Answer = NonNullable<
  MessageInitShape<typeof v1.ServerReflectionResponseSchema>["messageResponse"] &
    MessageInitShape<typeof v1alpha.ServerReflectionResponseSchema>["messageResponse"]
>;

/** Answers the questions of one stream. A file is sent once in a stream, with what it imports before it. */
function answerer(source: DescriptorSource): (question: Question) => Answer {
  const sent = new Set<string>();

  function files(file: DescFile | undefined): Answer {
    if (file === undefined) return notFound;
    const fileDescriptorProto: Uint8Array[] = [];
    const add = (next: DescFile): void => {
      if (sent.has(next.name)) return;
      sent.add(next.name);
      fileDescriptorProto.push(toBinary(FileDescriptorProtoSchema, next.proto));
      for (const dependency of next.dependencies) add(dependency);
    };
    // The file that was asked for comes again even if it was sent before.
    sent.delete(file.name);
    add(file);
    return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
  }

  return (question) => {
    switch (question.case) {
      case "listServices":
        return {
          case: "listServicesResponse",
          value: { service: source.services.map((name) => ({ name })) },
        };
      case "fileByFilename":
        return files(source.fileByName(question.value));
      case "fileContainingSymbol":
        return files(source.fileBySymbol(question.value));
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = question.value;
        return files(source.fileByExtension(containingType, extensionNumber));
      }
      case "allExtensionNumbersOfType": {
        const extensionNumber = source.extensionNumbers(question.value);
        if (extensionNumber === undefined) return notFound;
        return {
          case: "allExtensionNumbersResponse",
          value: { baseTypeName: question.value, extensionNumber },
        };
      }
      case undefined:
        return {
          case: "errorResponse",
          value: { errorCode: Code.INVALID_ARGUMENT, errorMessage: "The request asks nothing." },
        };
    }
  };
}

const notFound: Answer = {
  case: "errorResponse",
  value: { errorCode: Code.NOT_FOUND, errorMessage: "There is no such thing here." },
};

/** Where descriptors are found by name. */
interface DescriptorSource {
  readonly services: readonly string[];
  fileByName(name: string): DescFile | undefined;
  fileBySymbol(symbol: string): DescFile | undefined;
  fileByExtension(typeName: string, number: number): DescFile | undefined;
  /** Undefined when there is no such message. */
  extensionNumbers(typeName: string): number[] | undefined;
}

function descriptorSource(
  services: readonly DescService[],
  extra: readonly DescFile[],
): DescriptorSource {
  const files = new Map<string, DescFile>();
  const add = (file: DescFile): void => {
    if (files.has(file.proto.name)) return;
    files.set(file.proto.name, file);
    for (const dependency of file.dependencies) add(dependency);
  };
  for (const { file } of services) add(file);
  for (const file of extra) add(file);
  const registry = createRegistry(...files.values());

  return {
    services: services.map(({ typeName }) => typeName).sort(),
    fileByName: (name) => files.get(name),
    fileBySymbol: (symbol) =>
      registry.get(symbol)?.file ?? fileOfMember(symbol.lastIndexOf("."), symbol),
    fileByExtension(typeName, number) {
      const message = registry.getMessage(typeName);
      return message && registry.getExtensionFor(message, number)?.file;
    },
    extensionNumbers(typeName) {
      if (registry.getMessage(typeName) === undefined) return undefined;
      const numbers: number[] = [];
      for (const type of registry) {
        if (type.kind === "extension" && type.extendee.typeName === typeName) {
          numbers.push(type.number);
        }
      }
      return numbers;
    },
  };

  /** A method, a field or an enum's value is found by what it belongs to. */
  function fileOfMember(dot: number, symbol: string): DescFile | undefined {
    const owner = registry.get(symbol.slice(0, Math.max(dot, 0)));
    const name = symbol.slice(dot + 1);
    switch (owner?.kind) {
      case "service":
        return owner.methods.some((method) => method.name === name) ? owner.file : undefined;
      case "message":
        return owner.members.some((member) => member.name === name) ? owner.file : undefined;
      default:
        return undefined;
    }
  }
}
