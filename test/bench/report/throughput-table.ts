import type { Table } from "../bench.ts";
import type { Measured } from "../measure/measured.ts";
import { median, ratios, type Spread, spreadOf } from "../measure/statistics.ts";
import { figure } from "./figure.ts";

/** A row for each contender, beside the first and beside those named as references. */
export function throughputTable(
  measured: readonly Measured[],
  references: readonly string[],
): Table {
  return {
    columns: [
      "",
      "requests/s",
      "least to most",
      "CPU µs/request",
      ...references.flatMap((name) => [`CPU × ${name}`, `throughput × ${name}`]),
      "peak MB",
    ],
    rows: measured.map((row) => [
      row.name,
      figure(median(row.requestsPerSecond)),
      range(spreadOf(row.requestsPerSecond)),
      figure(median(row.cpuMicros)),
      ...references.flatMap((name) => [
        figure(cpuRatio(row, named(measured, name))),
        figure(throughputRatio(row, named(measured, name))),
      ]),
      figure(median(row.peakBytes) / 1e6),
    ]),
  };
}

/** The contender of this name. */
export function named(measured: readonly Measured[], name: string): Measured {
  const found = measured.find((each) => each.name === name);
  if (found === undefined) throw new Error(`nobody is called ${name}`);
  return found;
}

/** The median of the rounds' ratios. */
export function throughputRatio(row: Measured, other: Measured): number {
  return median(ratios(row.requestsPerSecond, other.requestsPerSecond));
}

/** The median of the rounds' ratios. */
export function cpuRatio(row: Measured, other: Measured): number {
  return median(ratios(row.cpuMicros, other.cpuMicros));
}

function range({ least, most }: Spread): string {
  return `${figure(least)} to ${figure(most)}`;
}
