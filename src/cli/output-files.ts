import { mkdir, writeFile } from "node:fs/promises";
import { errorCode } from "../domain/error-code.ts";

/** The files that a command writes. */
export interface OutputFiles {
  /** Makes a folder and those above it, unless they are there. */
  makeFolder(path: string): Promise<void>;
  /** Writes a file that is not there yet. False: there is one of that name, and it was left alone. */
  writeNew(path: string, bytes: Uint8Array): Promise<boolean>;
}

/** The real files. */
export const outputFiles: OutputFiles = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  async writeNew(path, bytes) {
    try {
      await writeFile(path, bytes, { flag: "wx" });
      return true;
    } catch (error) {
      if (errorCode(error) === "EEXIST") return false;
      throw error;
    }
  },
};
