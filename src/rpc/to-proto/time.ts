import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";

/** Milliseconds as a google.protobuf.Duration, rounded to the microsecond. */
export function durationToProto(ms: number): Duration {
  const micros = Math.round(ms * 1000);
  const seconds = Math.trunc(micros / 1_000_000);
  return {
    $typeName: "google.protobuf.Duration",
    seconds: BigInt(seconds),
    nanos: (micros - seconds * 1_000_000) * 1000,
  };
}

/** Milliseconds since 1970 as a google.protobuf.Timestamp. */
export function timestampToProto(ms: number): Timestamp {
  const whole = Math.floor(ms);
  const seconds = Math.floor(whole / 1000);
  return {
    $typeName: "google.protobuf.Timestamp",
    seconds: BigInt(seconds),
    nanos: (whole - seconds * 1000) * 1_000_000,
  };
}
