import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.ts";
import { AttemptReportSchema } from "../../../gen/spillway/v1/attempt_pb.ts";
import { Role } from "../../../gen/spillway/v1/chat_pb.ts";
import { GatewayService } from "../../../gen/spillway/v1/gateway_service_pb.ts";
import { Delivery, ImageFormat } from "../../../gen/spillway/v1/image_pb.ts";

/** What a page of another origin does with the gateway, in a real browser. It reports to its own origin. */
const baseUrl = new URLSearchParams(location.search).get("gateway") ?? "";
const results: string[] = [];

for (const [protocol, transport] of [
  ["connect", createConnectTransport({ baseUrl })],
  ["connect-json", createConnectTransport({ baseUrl, useBinaryFormat: false })],
  ["grpc-web", createGrpcWebTransport({ baseUrl })],
] as const) {
  const client = createClient(GatewayService, transport);

  await check(`${protocol} shows an image`, async () => {
    const response = await client.generate(image("gpt-image-2"));
    if (response.output.case !== "images") throw new Error("no images");
    const [first] = response.output.value.images;
    if (first?.content.case !== "data") throw new Error("no bytes");
    const picture = document.createElement("img");
    picture.src = URL.createObjectURL(
      new Blob([first.content.value as BlobPart], { type: first.mimeType }),
    );
    document.body.append(picture);
    await picture.decode();
    if (picture.naturalWidth !== first.width || picture.naturalHeight !== first.height) {
      throw new Error(`drawn as ${picture.naturalWidth}x${picture.naturalHeight}`);
    }
  });

  await check(`${protocol} streams a chat up to the terminal message`, async () => {
    let text = "";
    let whole: string | undefined;
    for await (const { event } of client.streamGenerate({
      generate: {
        model: "google/gemini-3-flash-preview",
        task: {
          case: "chat",
          value: {
            messages: [
              {
                role: Role.USER,
                parts: [{ part: { case: "text", value: "Say something about boats." } }],
              },
            ],
          },
        },
      },
    })) {
      if (event.case === "textDelta") text += event.value.text;
      if (event.case === "completed" && event.value.output.case === "chat") {
        whole = event.value.output.value.text;
      }
    }
    if (text === "" || whole !== text) throw new Error(`pieces "${text}", whole "${whole}"`);
  });

  await check(`${protocol} reads the details of an error`, async () => {
    try {
      await client.generate({
        ...image("openai/gpt-image-2"),
        labels: { "sandbox.fault": "openai=http-500" },
      });
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      const [info] = error.findDetails(ErrorInfoSchema);
      const [report] = error.findDetails(AttemptReportSchema);
      if (error.code !== Code.Unavailable) throw new Error(`code ${error.code}`);
      if (info?.reason !== "ALL_PROVIDERS_EXHAUSTED") throw new Error(`reason ${info?.reason}`);
      if ((report?.attempts.length ?? 0) === 0) throw new Error("no attempts");
      return;
    }
    throw new Error("it succeeded");
  });
}

await fetch("/results", { method: "POST", body: results.join("\n") });

function image(model: string) {
  return {
    model,
    task: {
      case: "textToImage" as const,
      value: {
        prompt: "a browser on a paper boat",
        options: { format: ImageFormat.PNG, delivery: Delivery.BYTES },
      },
    },
  };
}

async function check(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    results.push(`ok browser ${name}`);
  } catch (problem) {
    results.push(`not ok browser ${name}: ${String(problem).replaceAll("\n", " ")}`);
  }
}
