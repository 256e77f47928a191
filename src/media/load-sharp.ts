/** What makes an image of bytes, to be decoded and written otherwise. */
export type SharpFunction = typeof import("sharp")["default"];

/**
 * Loads sharp and the libvips below it, once. They are 9 MB and a tenth of a
 * second, and most images pass as they are.
 */
export async function loadSharp(): Promise<SharpFunction> {
  const { default: sharp } = await import("sharp");
  return sharp;
}
