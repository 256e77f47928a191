/** How large a run is. What is not said here is a part of the scenario. */
export interface LoadSettings {
  /** Calls a second. */
  readonly rate: number;
  /** How long an outage lasts, in seconds. */
  readonly seconds: number;
  /** How many idempotency keys are used with each provider. */
  readonly keys: number;
  /** How often the process is killed meanwhile. */
  readonly kills: number;
  /** How many requests fail, of each kind. */
  readonly failures: number;
  /** How often a process is stopped, or its configuration read again. */
  readonly times: number;
  /** Only the rows whose first cell has this in it. Undefined: all. */
  readonly only: string | undefined;
}

/** One line of a scenario's table. */
export interface Row {
  readonly cells: readonly string[];
  /** Whether it shows what it must. */
  readonly met: boolean;
}

/** One way to measure what is promised about outages. */
export interface Scenario {
  readonly name: string;
  /** What must show, in one sentence. */
  readonly must: string;
  /** The heads of the columns. */
  readonly columns: readonly string[];
  /** Gives its rows one by one, as they are measured. */
  run(settings: LoadSettings): AsyncIterable<Row>;
}

/** Whether a row is wanted. */
export function isWanted({ only }: Pick<LoadSettings, "only">, name: string): boolean {
  return only === undefined || name.includes(only);
}

/** Lets time pass. */
export function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** "99.95 %". Nothing of nothing is everything. */
export function percent(part: number, whole: number): string {
  return `${(whole === 0 ? 100 : (part / whole) * 100).toFixed(2)} %`;
}
