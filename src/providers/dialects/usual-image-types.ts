/**
 * The types of image that every provider is known to read. Of others, GIF and AVIF, most
 * say nothing and some answer 400 (the providers' documentation, 2026-11-21).
 */
export const usualImageTypes: readonly string[] = ["image/png", "image/jpeg", "image/webp"];
