import { printable, type Terminal } from "./terminal.ts";

/**
 * One line on the error stream that says what goes on now. A person sees it
 * written over; a file or a pipe gets each new text as a line of its own.
 */
export class StatusLine {
  readonly #terminal: Terminal;
  #shown = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Replaces what the line says. */
  show(text: string): void {
    const line = printable(text).replaceAll("\n", " ");
    if (line === this.#shown) return;
    if (this.#terminal.isTty) {
      this.#terminal.error(`\r\u001b[K${line.slice(0, this.#width())}`);
    } else this.#terminal.error(`${line}\n`);
    this.#shown = line;
  }

  /** Writes a line that stays. */
  print(text: string): void {
    this.clear();
    this.#terminal.error(`${printable(text).replaceAll("\n", " ")}\n`);
  }

  /** Wipes the line. */
  clear(): void {
    if (this.#terminal.isTty && this.#shown !== "") this.#terminal.error("\r\u001b[K");
    this.#shown = "";
  }

  /** One less than the terminal has: a full line would begin the next. */
  #width(): number {
    const { columns } = this.#terminal;
    return Math.max(Number.isFinite(columns) ? columns - 1 : 79, 10);
  }
}
