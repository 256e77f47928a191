import type { LoadTarget } from "../load/target.ts";

/** A server under test that runs. */
export interface RunningSystem {
  readonly name: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** One way to have a job done: a server, and what to ask it. */
export interface Contender {
  /** As the tables name it. */
  readonly name: string;
  /** Undefined: nobody is between the caller and the upstream. */
  readonly system: RunningSystem | undefined;
  readonly target: LoadTarget;
  /** Throws unless these are the bytes of a right answer. */
  readonly check: (answer: Answer) => void;
}

/** What a contender said to one request. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** The status of gRPC, where it is gRPC. */
  readonly grpcStatus: string | undefined;
  readonly body: Buffer;
}
