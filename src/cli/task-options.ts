import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Command, InvalidArgumentError, Option } from "commander";
import { Role } from "../../gen/spillway/v1/chat_pb.ts";
import { type GenerateRequest, GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { Delivery, ImageFormat, type ImageOptionsSchema } from "../../gen/spillway/v1/image_pb.ts";
import { sandboxFaultLabel } from "../domain/sandbox-fault.ts";

/** What a command can say about a task, beyond model and prompt. */
export interface TaskOptions {
  readonly operation?: TaskKind;
  readonly count?: number;
  readonly size?: { readonly width: number; readonly height: number };
  readonly aspectRatio?: string;
  readonly format?: keyof typeof formats;
  readonly fault?: string;
}

/** The tasks that need nothing but words. */
export type TaskKind = "image" | "chat";

/** Gives a command the options that describe a task. */
export function addTaskOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--operation <kind>", "what to make; default: what the model makes").choices([
        "image",
        "chat",
      ]),
    )
    .option("--count <number>", "how many images, 1 to 10", readCount)
    .option("--size <WxH>", "the size in pixels, like 1024x1024", readSize)
    .addOption(
      new Option("--aspect-ratio <W:H>", "the shape, like 16:9")
        .argParser(readRatio)
        .conflicts("size"),
    )
    .addOption(new Option("--format <format>", "the file format").choices(Object.keys(formats)))
    .option("--fault <order>", "sandbox only: a fault to rehearse, like openai=http-503");
}

/** The request that a command's words and options amount to. */
export function buildRequest(
  model: string,
  prompt: string,
  kind: TaskKind,
  options: TaskOptions,
): GenerateRequest {
  return create(GenerateRequestSchema, {
    model,
    task:
      kind === "chat"
        ? {
            case: "chat",
            value: {
              messages: [{ role: Role.USER, parts: [{ part: { case: "text", value: prompt } }] }],
            },
          }
        : { case: "textToImage", value: { prompt, options: imageOptions(options) } },
    labels: options.fault === undefined ? {} : { [sandboxFaultLabel]: options.fault },
  });
}

function imageOptions(options: TaskOptions): MessageInitShape<typeof ImageOptionsSchema> {
  return {
    count: options.count ?? 0,
    size: sizeOf(options),
    format: options.format === undefined ? ImageFormat.UNSPECIFIED : formats[options.format],
    // The command saves files: it wants them, not links to them.
    delivery: Delivery.BYTES,
  };
}

function sizeOf({ size, aspectRatio }: TaskOptions) {
  if (size !== undefined) return { case: "pixels", value: size } as const;
  if (aspectRatio !== undefined) return { case: "aspectRatio", value: aspectRatio } as const;
  return { case: undefined };
}

const formats = {
  png: ImageFormat.PNG,
  jpeg: ImageFormat.JPEG,
  webp: ImageFormat.WEBP,
  avif: ImageFormat.AVIF,
  gif: ImageFormat.GIF,
} as const;

function readCount(text: string): number {
  if (/^([1-9]|10)$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number of 1 to 10.");
}

function readSize(text: string): { width: number; height: number } {
  const match = /^(\d{1,5})x(\d{1,5})$/.exec(text);
  if (match === null) throw new InvalidArgumentError("Expected width x height, like 1024x1024.");
  return { width: Number(match[1]), height: Number(match[2]) };
}

function readRatio(text: string): string {
  if (/^\d{1,3}:\d{1,3}$/.test(text)) return text;
  throw new InvalidArgumentError("Expected width:height, like 16:9.");
}
