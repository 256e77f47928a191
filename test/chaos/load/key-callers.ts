import { createHash } from "node:crypto";
import type { GenerateResponse } from "../../../gen/spillway/v1/generate_pb.ts";
import { Delivery } from "../../../gen/spillway/v1/image_pb.ts";
import type { GrpcCaller, GrpcEnd } from "./grpc-calls.ts";
import { pass } from "./scenario.ts";

/** What those who ask with a key were told in the end. */
export type KeyEnd =
  | { readonly kind: "image"; readonly digest: string; readonly replayed: boolean }
  /** The gateway cannot say whether the image was bought, and says so. */
  | { readonly kind: "ambiguous" }
  /** Anything else, in words. */
  | { readonly kind: "other"; readonly words: string };

/** What is asked with a key: nobody else asks with these words. */
export function promptOf(key: string): string {
  return `a boat for ${key}`;
}

/** Asks with a key as a good client does: again, as long as nobody is there or the time was too short. */
export async function askWithKey(caller: GrpcCaller, key: string): Promise<KeyEnd> {
  for (let time = 0; time < mostTimes; time++) {
    const end = await caller.generate(
      {
        model: "boat",
        idempotencyKey: key,
        task: {
          case: "textToImage",
          value: { prompt: promptOf(key), options: { delivery: Delivery.BYTES } },
        },
      },
      { deadlineMs: 10_000 },
    );
    if (end.response !== undefined) return imageOf(end.response);
    if (end.reason === "AMBIGUOUS_OUTCOME") return { kind: "ambiguous" };
    if (!isWorthAsking(end)) return { kind: "other", words: `${end.code} ${end.reason}` };
    await pass(100 + 20 * time);
  }
  return { kind: "other", words: "nobody answers" };
}

const mostTimes = 100;

function isWorthAsking({ code, reason }: GrpcEnd): boolean {
  return (code === "UNAVAILABLE" && reason === undefined) || code === "DEADLINE_EXCEEDED";
}

function imageOf({ output, replayed }: GenerateResponse): KeyEnd {
  const image = output.case === "images" ? output.value.images[0] : undefined;
  if (image?.content.case !== "data") return { kind: "other", words: "no image" };
  const digest = createHash("sha256").update(image.content.value).digest("hex");
  return { kind: "image", digest, replayed };
}
