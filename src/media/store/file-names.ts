import { createHash, createHmac } from "node:crypto";

/**
 * The name of a file by its content: 64 hexadecimal digits and the ending of its
 * type. With a secret nobody who has the content can tell the name. Undefined for
 * a type that is not kept.
 */
export function fileName(
  bytes: Uint8Array,
  mimeType: string,
  secret?: Uint8Array,
): string | undefined {
  const ending = endings.get(mimeType);
  if (ending === undefined) return undefined;
  const hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  return `${hash.update(bytes).digest("hex")}.${ending}`;
}

/** The type that a name tells. Undefined for whatever `fileName` does not make. */
export function typeOfName(name: string): string | undefined {
  const ending = /^[0-9a-f]{64}\.([a-z]+)$/.exec(name)?.[1];
  return ending === undefined ? undefined : types.get(ending);
}

const endings: ReadonlyMap<string, string> = new Map([
  ["image/png", "png"],
  ["image/jpeg", "jpg"],
  ["image/webp", "webp"],
  ["image/avif", "avif"],
  ["image/gif", "gif"],
]);

const types: ReadonlyMap<string, string> = new Map([...endings].map(([type, end]) => [end, type]));
