import { createVertex } from "@ai-sdk/google-vertex";
import { GoogleGenAI } from "@google/genai";
import { vertex } from "../../src/providers/vertex.ts";
import { testSameRequests } from "./compare-requests.ts";
import { googlePairs } from "./google-pairs.ts";
import { testKey } from "./our-request.ts";
import { tokenHolder } from "./token-holder.ts";

const place = { project: "demo-1", location: "europe-west4" };

const pairs = googlePairs({
  provider: vertex,
  prefix: "/v1",
  targeted: { settings: place },
  genai: (origin) =>
    new GoogleGenAI({
      vertexai: true,
      ...place,
      googleAuthOptions: { authClient: tokenHolder(testKey) },
      httpOptions: { baseUrl: origin, apiVersion: "v1", timeout: 60_000 },
    }),
  aiName: "@ai-sdk/google-vertex",
  ai: (origin) => {
    const client = createVertex({
      ...place,
      googleAuthOptions: { authClient: tokenHolder(testKey) },
      baseURL: `${origin}/v1/projects/demo-1/locations/europe-west4/publishers/google`,
    });
    return { chat: (model) => client(model), image: (model) => client.image(model) };
  },
  idsOfCalls: false,
  fullImage: {
    options: {
      count: 1,
      size: { kind: "aspect_ratio", width: 16, height: 9 },
      resolution: "2K",
      seed: 7,
      format: "jpeg",
      compression: 85,
    },
    genai: {
      seed: 7,
      imageConfig: {
        aspectRatio: "16:9",
        imageSize: "2K",
        outputMimeType: "image/jpeg",
        outputCompressionQuality: 85,
      },
    },
    ai: {
      aspectRatio: "16:9",
      seed: 7,
      providerOptions: {
        googleVertex: {
          imageConfig: {
            imageSize: "2K",
            imageOutputOptions: { mimeType: "image/jpeg", compressionQuality: 85 },
          },
        },
      },
    },
  },
});

testSameRequests("our request to Vertex AI is its clients'", pairs);
