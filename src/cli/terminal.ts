/** Where a command writes. */
export interface Terminal {
  /** Writes results, as they are: to standard output. */
  write(text: string): void;
  /** Writes what is going on, and errors: to standard error. */
  error(text: string): void;
  /** Whether a person is looking, so that a line can be written over. */
  readonly isTty: boolean;
  /** How wide a line is, in characters. Infinity for a file or a pipe: there nothing is cut. */
  readonly columns: number;
}

/** The terminal of a process, made of its standard output and its standard error. */
export function processTerminal(output: TerminalStream, errors: TerminalStream): Terminal {
  for (const stream of [output, errors]) {
    stream.on("error", (error) => {
      // The reader of a pipe has seen enough, as with `| head`: no reason to crash.
      if (error.code !== "EPIPE") throw error;
    });
  }
  return {
    write: (text) => void output.write(text),
    error: (text) => void errors.write(text),
    isTty: errors.isTTY === true,
    get columns() {
      return output.columns ?? Number.POSITIVE_INFINITY;
    },
  };
}

/** What is needed of a stream of the process. `columns` is undefined when it is no terminal. */
export interface TerminalStream {
  write(text: string): boolean;
  on(event: "error", listener: (error: NodeJS.ErrnoException) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A text without the control characters that could move a cursor or rename a window. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (/[\n\t]/.test(character) ? character : ""));
}
