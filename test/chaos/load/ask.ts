import { type ChildProcess, fork } from "node:child_process";

/** Asks another process of the run for something by its name, and waits for the answer. */
export type Ask = (name: string, ...values: readonly unknown[]) => Promise<unknown>;

/** What a process answers to, by name. */
export type Answers = Readonly<Record<string, (...values: never[]) => unknown>>;

/** A helper's process. */
export interface Helper {
  readonly ask: Ask;
  stop(): void;
}

/** Starts a file of this folder as a process that answers with `answer`. */
export function startHelper(file: string): Helper {
  const child = fork(new URL(file, import.meta.url));
  return { ask: askOf(child), stop: () => void child.kill() };
}

/** The way to ask a child that was started with an IPC channel. */
export function askOf(child: ChildProcess): Ask {
  let asked = 0;
  return (name, ...values) =>
    new Promise((resolve, reject) => {
      const id = asked++;
      const settle = () => {
        child.off("message", read);
        child.off("exit", gone);
      };
      const read = (message: unknown) => {
        const answer = message as Answer;
        if (answer.id !== id) return;
        settle();
        resolve(answer.value);
      };
      const gone = () => {
        settle();
        reject(new Error(`the process ended before it answered "${name}"`));
      };
      child.on("message", read);
      child.once("exit", gone);
      child.send({ id, name, values });
    });
}

/** Answers whoever started this process, and ends with it. */
export function answer(answers: Answers): void {
  process.once("disconnect", () => process.exit());
  process.on("message", async (message) => {
    const { id, name, values } = message as Question;
    const value = await answers[name]?.(...(values as never[]));
    process.send?.({ id, value } satisfies Answer);
  });
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly values: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly value: unknown;
}
