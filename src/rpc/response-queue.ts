/** A stream of responses between a handler that pushes them and a library that pulls them. */
export interface ResponseQueue<T> extends AsyncIterable<T> {
  /** Adds a response. The promise, when there is one, is settled once the reader has caught up. */
  send(response: T): void | Promise<void>;
  /** There are no more responses. */
  end(): void;
}

/** How many responses wait before the writer is asked to. */
export const queueCapacity = 16;

/** Makes an empty queue for one reader. When the reader leaves, what is sent is dropped. */
export function responseQueue<T>(): ResponseQueue<T> {
  const waiting: T[] = [];
  let ended = false;
  let left = false;
  let wakeReader: (() => void) | undefined;
  let room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  function makeRoom(): void {
    room?.resolve();
    room = undefined;
  }

  return {
    send(response) {
      if (left) return;
      waiting.push(response);
      wakeReader?.();
      if (waiting.length < queueCapacity) return;
      room ??= Promise.withResolvers<void>();
      return room.promise;
    },
    end() {
      ended = true;
      wakeReader?.();
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          while (waiting.length > 0) {
            const response = waiting.shift() as T;
            if (waiting.length < queueCapacity) makeRoom();
            yield response;
          }
          if (ended) return;
          await new Promise<void>((resolve) => {
            wakeReader = resolve;
          });
          wakeReader = undefined;
        }
      } finally {
        left = true;
        waiting.length = 0;
        makeRoom();
      }
    },
  };
}
