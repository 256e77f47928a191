/**
 * Takes memory for images on their way from a provider to a caller. What is in it is
 * undefined. `freeImageMemory` gives it back as soon as they have left.
 *
 * Left to the collection of garbage, the bytes of images cost twice: V8 collects the
 * whole heap for every 64 MB of them, and until then they are resident.
 */
export function takeImageMemory(size: number): Buffer {
  if (size < worthwhile) return Buffer.allocUnsafe(size);
  const bytes = Buffer.allocUnsafeSlow(size);
  passing.add(bytes.buffer);
  return bytes;
}

/** Says that somebody may read these bytes for longer than their caller waits: they are never given back. */
export function keepImageMemory(bytes: Uint8Array): void {
  passing.delete(bytes.buffer);
}

/**
 * Gives back the memory that an image lies in, and with it that of all images which came
 * in the same answer. Whoever still has one of them finds it empty. Nothing happens to
 * memory from elsewhere, and to what is kept. No write of it may be under way.
 */
export function freeImageMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (passing.delete(buffer)) (buffer as ArrayBuffer).transfer(0);
}

/** Below this size, in bytes, memory is cheaper left alone. */
const worthwhile = 64 * 1024;

/** The memory that was taken, is not given back and not kept. */
const passing = new WeakSet<ArrayBufferLike>();
