/**
 * The metrics of a process at a moment, added up since its start, as OpenTelemetry's
 * SDK collects them: as far as they are read here. They are plain data.
 */
export type MetricsSnapshot = readonly ScopeSnapshot[];

/** The metrics of one scope. */
export interface ScopeSnapshot {
  readonly scope: { readonly name: string };
  readonly metrics: readonly MetricSnapshot[];
}

/** One metric with a point for each set of attributes. */
export interface MetricSnapshot {
  readonly descriptor: { readonly name: string };
  /** Whether its numbers only ever grow. */
  readonly isMonotonic?: boolean | undefined;
  readonly dataPoints: readonly PointSnapshot[];
}

/** One set of attributes, and the number or the histogram that it has. */
export interface PointSnapshot {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number | HistogramSnapshot;
}

/** How many values fell between which boundaries. */
export interface HistogramSnapshot {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
  readonly count: number;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/**
 * Adds up the metrics of several processes that run the same program: the points of
 * the same metric with the same attributes become one. A number is what all have
 * together, be it counted or in flight.
 */
export function mergeMetrics(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  return merged(snapshots.flat(), ({ scope }) => scope.name, addScopes);
}

/** What has only ever grown of a process's metrics: it holds when the process is gone. */
export function countedIn(snapshot: MetricsSnapshot): MetricsSnapshot {
  return snapshot.map((scope) => ({
    ...scope,
    metrics: scope.metrics.filter(
      ({ isMonotonic, dataPoints }) =>
        isMonotonic === true || dataPoints.every(({ value }) => typeof value !== "number"),
    ),
  }));
}

function addScopes(one: ScopeSnapshot, other: ScopeSnapshot): ScopeSnapshot {
  const metrics = [...one.metrics, ...other.metrics];
  return { ...one, metrics: merged(metrics, ({ descriptor }) => descriptor.name, addMetrics) };
}

function addMetrics(one: MetricSnapshot, other: MetricSnapshot): MetricSnapshot {
  const points = [...one.dataPoints, ...other.dataPoints];
  return { ...one, dataPoints: merged(points, identityOf, addPoints) };
}

function addPoints(one: PointSnapshot, other: PointSnapshot): PointSnapshot {
  if (typeof one.value === "number" && typeof other.value === "number") {
    return { ...one, value: one.value + other.value };
  }
  if (typeof one.value === "number" || typeof other.value === "number") return one;
  return { ...one, value: addHistograms(one.value, other.value) };
}

function addHistograms(one: HistogramSnapshot, other: HistogramSnapshot): HistogramSnapshot {
  const { boundaries, counts } = one.buckets;
  return {
    buckets: {
      boundaries,
      counts: counts.map((count, index) => count + (other.buckets.counts[index] ?? 0)),
    },
    count: one.count + other.count,
    sum: both(one.sum, other.sum, (a, b) => a + b),
    min: both(one.min, other.min, Math.min),
    max: both(one.max, other.max, Math.max),
  };
}

/** Those of the same name become one, in the order in which the names first appear. */
function merged<T>(parts: readonly T[], nameOf: (part: T) => string, add: (a: T, b: T) => T): T[] {
  const byName = new Map<string, T>();
  for (const part of parts) {
    const name = nameOf(part);
    const known = byName.get(name);
    byName.set(name, known === undefined ? part : add(known, part));
  }
  return [...byName.values()];
}

/** The same for the same attributes, in whatever order they were given. */
function identityOf({ attributes }: PointSnapshot): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function both(
  one: number | undefined,
  other: number | undefined,
  add: (a: number, b: number) => number,
): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : add(one, other);
}
