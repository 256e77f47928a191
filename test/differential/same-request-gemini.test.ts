import { createGoogle } from "@ai-sdk/google";
import { GoogleGenAI } from "@google/genai";
import { gemini } from "../../src/providers/gemini.ts";
import { testSameRequests } from "./compare-requests.ts";
import { googlePairs } from "./google-pairs.ts";
import { testKey } from "./our-request.ts";

const pairs = googlePairs({
  provider: gemini,
  prefix: "/v1beta",
  targeted: {},
  genai: (origin) =>
    new GoogleGenAI({
      // Said, since the environment may say otherwise.
      vertexai: false,
      apiKey: testKey,
      httpOptions: { baseUrl: origin, apiVersion: "v1beta", timeout: 60_000 },
    }),
  aiName: "@ai-sdk/google",
  ai: (origin) => createGoogle({ apiKey: testKey, baseURL: `${origin}/v1beta` }),
  idsOfCalls: true,
  fullImage: {
    options: {
      count: 1,
      size: { kind: "aspect_ratio", width: 16, height: 9 },
      resolution: "2K",
      seed: 7,
    },
    genai: { seed: 7, imageConfig: { aspectRatio: "16:9", imageSize: "2K" } },
    ai: {
      aspectRatio: "16:9",
      seed: 7,
      providerOptions: { google: { imageConfig: { imageSize: "2K" } } },
    },
  },
});

testSameRequests("our request to the Gemini API is its clients'", pairs);
