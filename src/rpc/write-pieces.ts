/** What a body is written to: a stream, or the response of either version of HTTP. */
export interface PieceStream {
  write(piece: Uint8Array, done?: (error: Error | null | undefined) => void): boolean;
  end(piece?: Uint8Array): unknown;
  once(event: "drain", listener: () => void): unknown;
  readonly destroyed?: boolean;
  /** What a response of HTTP/2 writes to. */
  readonly stream?: { readonly destroyed: boolean };
}

/**
 * Writes a body piece by piece, each when the stream has room for it, and ends the stream
 * with the last. `onSent` is called when the system has taken all of it, and not when the
 * stream breaks off: then it may still be reading the pieces.
 */
export function writePieces(
  stream: PieceStream,
  pieces: Iterable<Uint8Array>,
  onSent?: (() => void) | undefined,
): void {
  if (onSent === undefined && Array.isArray(pieces) && pieces.length === 1) {
    stream.end(pieces[0]);
    return;
  }
  const iterator = pieces[Symbol.iterator]();
  let next = iterator.next();
  writeOn();

  function writeOn(): void {
    while (!next.done) {
      const piece = next.value;
      next = iterator.next();
      if (next.done) {
        endWith(piece);
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

  function endWith(piece: Uint8Array): void {
    if (onSent === undefined) {
      stream.end(piece);
      return;
    }
    stream.write(piece, (error) => {
      if (!error && !(stream.stream ?? stream).destroyed) onSent();
    });
    stream.end();
  }
}
