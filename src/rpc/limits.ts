/** How much a caller may send and how long it may take about it. Times are in milliseconds. */
export interface Limits {
  /** The most bytes of one message, either way. Default 64 MiB: ten images of 6 MB. */
  readonly maxMessageBytes: number;
  /** The most bytes of a request's headers. Default 16 KiB, as Node's. */
  readonly maxHeaderBytes: number;
  /** From the connection or the request before, until the headers are there. Default 10 s. */
  readonly headersTimeoutMs: number;
  /** Until the whole request is there. Default 120 s: 64 MiB at 4.5 Mbit/s. */
  readonly requestTimeoutMs: number;
  /** How long a connection may be without a call. Default 300 s. */
  readonly idleTimeoutMs: number;
  /** The most calls at once on one HTTP/2 connection. Default 1,000. */
  readonly maxConcurrentStreams: number;
  /** The longest deadline of a caller: a later one counts as this. Default 24 h. */
  readonly maxCallTimeoutMs: number;
}

/** What holds where the configuration does not say. */
export const defaultLimits: Limits = {
  maxMessageBytes: 64 * 1024 * 1024,
  maxHeaderBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 120_000,
  idleTimeoutMs: 300_000,
  maxConcurrentStreams: 1000,
  maxCallTimeoutMs: 24 * 60 * 60 * 1000,
};
