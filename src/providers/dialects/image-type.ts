/**
 * The type of an input image: what the caller said, else what the first bytes say,
 * else PNG, since a wrong type is mostly forgiven and a missing one is not.
 */
export function imageType(bytes: Uint8Array, said: string): string {
  if (said !== "") return said;
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "image/jpeg";
  if (bytes[0] === 0x47 && bytes[1] === 0x49 && bytes[2] === 0x46) return "image/gif";
  if (bytes[0] === 0x52 && bytes[1] === 0x49 && bytes[8] === 0x57 && bytes[9] === 0x45) {
    return "image/webp";
  }
  return "image/png";
}
