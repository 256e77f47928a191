/** A line of the table by which Spillway is judged. */
export interface Verdict {
  readonly what: string;
  readonly figure: number;
  /** The figure must be at most this, or at least. */
  readonly target: { readonly most: number } | { readonly least: number };
  /** Written after the figure and the target: " ms", " ×". */
  readonly unit: string;
}

/** The less the better. */
export function atMost(most: number, unit: string, what: string, figure: number): Verdict {
  return { what, figure: measured(what, figure), target: { most }, unit };
}

/** The more the better. */
export function atLeast(least: number, unit: string, what: string, figure: number): Verdict {
  return { what, figure: measured(what, figure), target: { least }, unit };
}

/** Whether the figure is as it must be. */
export function reached({ figure, target }: Verdict): boolean {
  return "most" in target ? figure <= target.most : figure >= target.least;
}

function measured(what: string, figure: number): number {
  if (!Number.isFinite(figure)) throw new Error(`nothing was measured: ${what}`);
  return figure;
}
