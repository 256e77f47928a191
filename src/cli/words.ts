import type { DescEnum } from "@bufbuild/protobuf";
import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import { type Cost, CostBasis } from "../../gen/spillway/v1/cost_pb.ts";

/** The name of an enum's value without what all of its values begin with: "OVERLOADED". */
export function enumWord(schema: DescEnum, value: number): string {
  return schema.value[value]?.localName ?? String(value);
}

/** A time for people: "412 ms", "1.62 s", "2 min 5 s". */
export function timeText(duration: Duration | undefined): string {
  if (duration === undefined) return "no time";
  const ms = durationMs(duration);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** An amount for people: "$0.0400", or "unknown". */
export function costText(cost: Cost | undefined): string {
  if (cost === undefined || cost.basis === CostBasis.UNKNOWN) return "unknown";
  const dollars = Number(cost.micros) / 1e6;
  return `$${dollars === 0 || dollars >= 0.0001 ? dollars.toFixed(4) : dollars.toFixed(6)}`;
}

/** A number of bytes for people: "1.4 MB". */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** "1 image", "2 images". */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
