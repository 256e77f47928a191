import type { Plot } from "./report/plot.ts";
import type { Verdict } from "./report/verdict.ts";
import type { Upstream } from "./upstream/start-upstream.ts";

/** What every case is given. */
export interface Bench {
  readonly upstream: Upstream;
  /** The folder of the Spillway that is measured. */
  readonly sources: string;
  /** The file of it that Node is to run. */
  readonly program: string;
  readonly rounds: number;
  /** Of each contender in each round. */
  readonly seconds: number;
  /** Of each contender before the first round: until V8 has compiled what is hot. */
  readonly warmUpSeconds: number;
  /** Says on standard error how far it is. */
  progress(line: string): void;
}

/** Something that is measured. */
export interface Case {
  /** As the command line names it. */
  readonly name: string;
  run(bench: Bench): Promise<CaseReport>;
}

/** What a case found. */
export interface CaseReport {
  readonly title: string;
  /** What was done, in one or two sentences. */
  readonly lead: string;
  readonly table: Table;
  /** Bars to draw. */
  readonly plot?: Plot | undefined;
  readonly verdicts: readonly Verdict[];
}

/** Rows of text under a row of headings. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
