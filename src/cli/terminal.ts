/** Where a command writes. */
export interface Terminal {
  /** Writes results, as they are: to standard output. */
  write(text: string): void;
  /** Writes what is going on, and errors: to standard error. */
  error(text: string): void;
  /** Whether a person is looking, so that a line can be written over. */
  readonly isTty: boolean;
  /** How wide a line is, in characters. */
  readonly columns: number;
}

/** A text without the control characters that could move a cursor or rename a window. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (/[\n\t]/.test(character) ? character : ""));
}
