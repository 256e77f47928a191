import type { Attributes } from "@opentelemetry/api";
import type { Clock } from "../domain/clock.ts";
import { Labelled } from "./labelled.ts";
import type { MetricName } from "./names.ts";

/** How values are distributed, for each row of labels. */
export interface Histogram {
  /**
   * Counts a value. The labels' values are in the order of their names. An empty one is
   * left out, and so is a value below zero, as OpenTelemetry does.
   */
  record(value: number, ...labels: readonly string[]): void;
}

/** What a histogram holds at a moment. */
export interface HistogramReading {
  readonly metric: MetricName;
  readonly boundaries: readonly number[];
  readonly points: readonly PointReading[];
}

/** What it holds for one row of labels. */
export interface PointReading {
  /** The same object in every reading of the same point. */
  readonly labels: Attributes;
  /** When its first value came, in milliseconds since 1970. */
  readonly since: number;
  /** How many values each bucket has: one more than there are boundaries. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Histograms for the hot path. OpenTelemetry's own sort and hash the labels each time
 * that a value comes; these hold their buckets themselves, and are read when metrics
 * are collected.
 */
export class Histograms {
  readonly #clock: Clock;
  readonly #readers: (() => HistogramReading)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a histogram. A value is counted below the first boundary that it does not exceed. */
  create(
    metric: MetricName,
    labelNames: readonly string[],
    boundaries: readonly number[],
  ): Histogram {
    const points = new Labelled(
      labelNames,
      (labels) => new Point(labels, this.#clock.now(), boundaries),
    );
    this.#readers.push(() => {
      return { metric, boundaries, points: points.all().map((point) => point.read()) };
    });
    return {
      record(value, ...labels) {
        if (value >= 0) points.of(labels).record(value);
      },
    };
  }

  /** Reads all of them, in the order in which they were made. */
  read(): readonly HistogramReading[] {
    return this.#readers.map((read) => read());
  }
}

/** The values of one row of labels. */
class Point {
  readonly #labels: Attributes;
  readonly #since: number;
  readonly #boundaries: readonly number[];
  readonly #counts: number[];
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(labels: Attributes, since: number, boundaries: readonly number[]) {
    this.#labels = labels;
    this.#since = since;
    this.#boundaries = boundaries;
    this.#counts = new Array<number>(boundaries.length + 1).fill(0);
  }

  record(value: number): void {
    const boundaries = this.#boundaries;
    let bucket = 0;
    while (bucket < boundaries.length && value > (boundaries[bucket] as number)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  read(): PointReading {
    return {
      labels: this.#labels,
      since: this.#since,
      counts: [...this.#counts],
      count: this.#count,
      sum: this.#sum,
      min: this.#min,
      max: this.#max,
    };
  }
}
