import { join } from "node:path";
import type { OutputFiles } from "./output-files.ts";

/** Saves the images of one request. */
export interface ImageSaver {
  /** Writes one image under the next free name, and returns its path. It never overwrites. */
  save(bytes: Uint8Array, mimeType: string): Promise<string>;
}

/** Makes the saver for a prompt: "A paper boat!" becomes a-paper-boat-1.png, a-paper-boat-2.png, … */
export function imageSaver(files: OutputFiles, folder: string, prompt: string): ImageSaver {
  const stem = stemOf(prompt);
  let number = 1;
  return {
    async save(bytes, mimeType) {
      await files.makeFolder(folder);
      for (; ; number++) {
        const path = join(folder, `${stem}-${number}.${extensionOf(mimeType)}`);
        if (await files.writeNew(path, bytes)) {
          number++;
          return path;
        }
      }
    },
  };
}

const longestStem = 48;

/** Letters and digits of any script, with hyphens between the words. */
function stemOf(prompt: string): string {
  const words = prompt.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  let stem = "";
  for (const word of words) {
    const longer = stem === "" ? word.slice(0, longestStem) : `${stem}-${word}`;
    if (longer.length > longestStem) break;
    stem = longer;
  }
  return stem === "" ? "image" : stem;
}

function extensionOf(mimeType: string): string {
  const [, subtype] = /^image\/(png|jpeg|webp|avif|gif)$/.exec(mimeType) ?? [];
  if (subtype === undefined) return "bin";
  return subtype === "jpeg" ? "jpg" : subtype;
}
