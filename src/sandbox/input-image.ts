import type { FileShelf } from "./file-shelf.ts";

/** What an embedded provider sees of an image that it is given. */
export interface InputImage {
  /** "png", "jpeg", "webp", or what else it is. */
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
}

/** Looks at an image. Undefined when the bytes are none. */
export async function readInputImage(bytes: Uint8Array): Promise<InputImage | undefined> {
  const { default: sharp } = await import("sharp");
  try {
    const { format, width, height, hasAlpha } = await sharp(bytes).metadata();
    return { format, width, height, hasAlpha };
  } catch {
    return undefined;
  }
}

/**
 * Looks at an image by its address: a data URL, or a file of the sandbox's own.
 * Other addresses are taken on trust, as "elsewhere": the sandbox makes no calls.
 * Undefined when what stands there is no image.
 */
export async function readInputAddress(
  address: string,
  files: Pick<FileShelf, "get">,
): Promise<InputImage | "elsewhere" | undefined> {
  const data = /^data:[^,]*;base64,/i.exec(address)?.[0];
  if (data !== undefined) return readInputImage(Buffer.from(address.slice(data.length), "base64"));
  if (!/^https?:\/\//i.test(address)) return undefined;
  const path = URL.parse(address)?.pathname;
  const file = path === undefined ? undefined : files.get(path);
  return file === undefined ? "elsewhere" : readInputImage(file.bytes);
}

/** What a picture says of the images that it was made from: "EDIT OF 640X480 + LINK, MASKED". */
export function editNote(images: readonly (InputImage | "elsewhere")[], isMasked = false): string {
  const sizes = images.map((image) =>
    image === "elsewhere" ? "LINK" : `${image.width}X${image.height}`,
  );
  return `EDIT OF ${sizes.join(" + ")}${isMasked ? ", MASKED" : ""}`;
}
