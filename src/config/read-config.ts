import { errorCode } from "../domain/error-code.ts";
import { type LoadResult, loadConfig } from "./load-config.ts";
import { sandboxConfigText, sandboxSource } from "./sandbox-config.ts";

/** The world that a configuration is read from. */
export interface ConfigWorld {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a file as text; throws what Node throws. */
  readonly readFile: (path: string) => string;
}

/** Reads the configuration of a file, or the built-in sandbox when there is no path. */
export function readConfig(path: string | undefined, world: ConfigWorld): LoadResult {
  if (path === undefined) {
    return loadConfig({ ...world, path: sandboxSource, text: sandboxConfigText });
  }
  let text: string;
  try {
    text = world.readFile(path);
  } catch (error) {
    const code = errorCode(error);
    const message = `the file cannot be read${code === undefined ? "" : ` (${code})`}`;
    return { kind: "invalid", problems: [{ file: path, line: 0, column: 0, path: "", message }] };
  }
  return loadConfig({ ...world, path, text });
}
