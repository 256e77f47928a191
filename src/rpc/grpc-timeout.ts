/** Reads a deadline of gRPC, which is the value of the header `grpc-timeout`, in milliseconds. */
export function grpcTimeout(
  header: string | string[] | undefined,
): number | undefined | "unreadable" {
  if (header === undefined) return undefined;
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(String(header)) ?? [];
  if (digits === undefined || unit === undefined) return "unreadable";
  return Number(digits) * (unitMs[unit] as number);
}

const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};
