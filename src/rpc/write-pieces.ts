import type { Writable } from "node:stream";

/** Writes a body piece by piece, each when the stream has room for it, and ends the stream with the last. */
export function writePieces(
  stream: Pick<Writable, "write" | "end" | "once">,
  pieces: Iterable<Uint8Array>,
): void {
  const iterator = pieces[Symbol.iterator]();
  let next = iterator.next();
  writeOn();

  function writeOn(): void {
    while (!next.done) {
      const piece = next.value;
      next = iterator.next();
      if (next.done) {
        stream.end(piece);
        return;
      }
      if (!stream.write(piece)) {
        // A stream that breaks off is never drained, and nothing is left to do.
        stream.once("drain", writeOn);
        return;
      }
    }
    stream.end();
  }
}
