import { createFireworks } from "@ai-sdk/fireworks";
import type { TextToImageTask } from "../../src/domain/task.ts";
import { fireworks } from "../../src/providers/fireworks.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import { type AcceptedDifference, saysJson, saysStream } from "./accepted-differences.ts";
import { askEdit, askImage, askRich, askText, askTextStream } from "./ai-sdk-call.ts";
import { type RequestPair, testSameRequests } from "./compare-requests.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { plainChat, plainEdit, plainImage, richChat } from "./tasks.ts";

const models = "accounts/fireworks/models";
const schnell = `${models}/flux-1-schnell-fp8`;
const kontext = `${models}/flux-kontext-pro`;
const sdxl = `${models}/stable-diffusion-xl-1024-v1-0`;
const chatModel = `${models}/gpt-oss-120b`;
const shaped: TextToImageTask = {
  ...plainImage,
  options: {
    count: 1,
    size: { kind: "aspect_ratio", width: 16, height: 9 },
    seed: 7,
    format: "jpeg",
  },
};
const sized: TextToImageTask = {
  ...plainImage,
  options: { count: 1, size: { kind: "pixels", width: 1344, height: 768 }, seed: 7 },
};
const ai = (origin: string) => createFireworks({ apiKey: testKey, baseURL: `${origin}/v1` });

const oneImage: AcceptedDifference = {
  at: "body.samples",
  theirs: 1,
  because: "Every call makes one image, and what these models do not know they ignore.",
};
const saysImage = (format: "png" | "jpeg"): AcceptedDifference => ({
  at: "headers.accept",
  ours: `image/${format}`,
  theirs: "*/*",
  because: "It chooses the format, and what comes without it is documented in two ways.",
});
const square: AcceptedDifference = {
  at: "body.aspect_ratio",
  ours: "1:1",
  because: "The shape of an image that nobody shapes is documented in two ways.",
};
const format: AcceptedDifference = {
  at: "body.output_format",
  ours: "png",
  because: "What comes without it is not documented; this loses nothing.",
};

const pairs: readonly RequestPair[] = [
  {
    name: "a plain image of a workflow",
    ours: ours(requestOf(fireworks, plainImage, target(schnell))),
    theirs: (origin) => askImage(ai(origin).image(schnell)),
    accepted: [saysImage("png"), oneImage, square],
  },
  {
    name: "an image of a workflow with every option",
    ours: ours(requestOf(fireworks, shaped, target(schnell))),
    theirs: (origin) => askImage(ai(origin).image(schnell), { aspectRatio: "16:9", seed: 7 }),
    accepted: [saysImage("jpeg"), oneImage],
  },
  {
    name: "an image of the older API",
    ours: ours(requestOf(fireworks, sized, target(sdxl))),
    theirs: (origin) => askImage(ai(origin).image(sdxl), { size: "1344x768", seed: 7 }),
    accepted: [
      saysImage("png"),
      oneImage,
      {
        at: "body.width",
        ours: 1344,
        theirs: "1344",
        because: "It is documented as a number, and a text is only forgiven.",
      },
      { at: "body.height", ours: 768, theirs: "768", because: "The same as for the width." },
    ],
  },
  {
    name: "a job",
    ours: ours(requestOf(fireworks, shaped, target(kontext))),
    theirs: (origin) =>
      askImage(ai(origin).image(kontext), {
        aspectRatio: "16:9",
        seed: 7,
        providerOptions: { fireworks: { output_format: "jpeg" } },
      }),
    accepted: [saysJson, oneImage],
  },
  {
    name: "an edit",
    ours: ours(requestOf(fireworks, plainEdit, target(kontext))),
    theirs: (origin) => askEdit(ai(origin).image(kontext)),
    accepted: [saysJson, oneImage, format],
  },
  {
    name: "a plain chat",
    ours: ours(requestOf(fireworks, plainChat, target(chatModel))),
    theirs: (origin) => askText(ai(origin)(chatModel)),
    accepted: [saysJson],
  },
  {
    name: "a chat with tools, an image and a schema",
    ours: ours(requestOf(fireworks, richChat, target(chatModel))),
    theirs: (origin) => askRich(ai(origin)(chatModel)),
    accepted: [saysJson],
  },
  {
    name: "a streamed chat",
    ours: ours(requestOf(fireworks, plainChat, target(chatModel), true)),
    theirs: (origin) => askTextStream(ai(origin)(chatModel)),
    accepted: [saysStream("*/*")],
  },
];

testSameRequests("our request to Fireworks is @ai-sdk/fireworks'", pairs);

function ours(call: HttpCall): RequestPair["ours"] {
  return send(fireworks, "/v1", call);
}
