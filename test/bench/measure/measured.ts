/** What one contender showed, a number for each round. */
export interface Measured {
  readonly name: string;
  readonly requestsPerSecond: readonly number[];
  /** Processor time of the system under test. NaN where there is none. */
  readonly cpuMicros: readonly number[];
  /** The most that was resident. NaN where there is no system. */
  readonly peakBytes: readonly number[];
  /** All that it answered, those before the first round included. */
  readonly requests: number;
}
