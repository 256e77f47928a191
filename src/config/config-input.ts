/** A configuration file, and the world that its references point to. */
export interface ConfigInput {
  /** Where the file is; relative paths in it start from its folder. */
  readonly path: string;
  readonly text: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a file as text; throws what Node throws. */
  readonly readFile: (path: string) => string;
}
