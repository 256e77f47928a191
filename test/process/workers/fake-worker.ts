import type { FromPrimary, FromWorker } from "../../../src/process/workers/messages.ts";
import type { WorkerProcess } from "../../../src/process/workers/worker-process.ts";

/** A worker that does what a test says. */
export interface FakeWorker {
  readonly process: WorkerProcess;
  /** What the primary sent it. */
  readonly heard: FromPrimary[];
  /** Sends something to the primary. */
  say(message: FromWorker): void;
  end(how: string): Promise<void>;
  /** From now on it does nothing of what it is told. */
  hang(): void;
}

/** Makes a worker without a process. It ends when it is told to stop, or killed. */
export function fakeWorker(): FakeWorker {
  const heard: FromPrimary[] = [];
  const ended = Promise.withResolvers<string>();
  let hangs = false;
  let take: (message: FromWorker) => void = () => {};
  return {
    heard,
    process: {
      send(message) {
        heard.push(message);
        if (message.kind === "stop" && !hangs) ended.resolve("code 0");
      },
      listen(taker) {
        take = taker;
      },
      ended: ended.promise,
      kill: () => ended.resolve("SIGKILL"),
    },
    say: (message) => take(message),
    async end(how) {
      ended.resolve(how);
      await settled();
    },
    hang() {
      hangs = true;
    },
  };
}

/** Lets everything run that only waits for promises. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
