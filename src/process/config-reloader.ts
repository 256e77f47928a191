import type { Config } from "../config/config.ts";
import type { LoadResult } from "../config/load-config.ts";
import { formatProblem } from "../config/problem.ts";
import type { Clock } from "../domain/clock.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { configChange } from "./config-change.ts";
import { openToAllWarning } from "./open-to-all.ts";

/**
 * Why the configuration is read again: somebody sent SIGHUP, something in its folder
 * changed, or a worker takes the place of one that served another than the first.
 */
export type ReloadCause = "signal" | "file" | "replacement";

/** What a reload works with. */
export interface ReloaderParts {
  /** What the process started with. */
  readonly started: Config;
  /** Reads the file, and the files that it refers to, as they are now; for a replacement, as the others have them. */
  readonly read: (cause: ReloadCause) => LoadResult;
  /** Puts a configuration to work, all of it or, by throwing, nothing. */
  readonly apply: (config: Config) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "configReloaded">;
}

/**
 * Replaces the configuration of a running process. One that cannot be served
 * changes nothing and is told: every problem in the log, and a notice until the
 * file is good again.
 */
export class ConfigReloader {
  readonly #parts: ReloaderParts;
  #serving: string;
  #failure: { readonly at: number; readonly problems: readonly string[] } | undefined;

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
    this.#serving = parts.started.version;
  }

  /** Reads the configuration again and puts it to work. A change of the folder that is none of the file's goes unsaid. */
  reload(cause: ReloadCause): void {
    const result = this.#replace(cause);
    if (cause === "file" && this.#isOldNews(result)) return;
    const { clock, logger, metrics } = this.#parts;
    const previous = this.#serving;
    if (result.kind === "applied") this.#serving = result.version;
    const fields = { cause, config_version: this.#serving };
    metrics.configReloaded(result.kind);
    switch (result.kind) {
      case "applied": {
        this.#failure = undefined;
        const needs = result.needRestart.length > 0 ? { needs_restart: result.needRestart } : {};
        const level = result.needRestart.length > 0 ? "warn" : "info";
        logger[level](
          { ...fields, previous_version: previous, ...needs },
          "configuration reloaded",
        );
        // Callers that are gone leave the door open, and nobody else says so.
        if (result.warning !== undefined) logger.warn(fields, result.warning);
        return;
      }
      case "unchanged":
        this.#failure = undefined;
        logger.info(fields, "configuration unchanged");
        return;
      case "failed":
        this.#failure = { at: clock.now(), problems: result.problems };
        logger.error({ ...fields, problems: result.problems }, "configuration not reloaded");
    }
  }

  /** What is wrong with the file, when the last reload failed, as lines of text. */
  notice(): string | undefined {
    if (this.#failure === undefined) return undefined;
    const { at, problems } = this.#failure;
    const when = new Date(at).toISOString();
    return [
      `configuration: last reload failed at ${when}; still serving ${this.#serving}`,
      ...problems,
    ].join("\n");
  }

  #replace(cause: ReloadCause): Reload {
    const { started, read, apply, logger } = this.#parts;
    try {
      const result = read(cause);
      if (result.kind === "invalid") {
        return { kind: "failed", problems: result.problems.map(formatProblem) };
      }
      const change = configChange(started, result.config);
      if (change.kind === "refused") return { kind: "failed", problems: [change.message] };
      const { config, needRestart } = change;
      if (config.version === this.#serving) return { kind: "unchanged" };
      apply(config);
      const warning = openToAllWarning(config);
      return { kind: "applied", version: config.version, needRestart, warning };
    } catch (error) {
      // What serves is worth more than news that a bug keeps out.
      logger.error({ err: error }, "bug");
      return { kind: "failed", problems: ["a bug keeps it from being used; the log says which"] };
    }
  }

  /** Whether a reading says what the one before said. */
  #isOldNews(result: Reload): boolean {
    if (result.kind === "unchanged") return this.#failure === undefined;
    return (
      result.kind === "failed" && this.#failure?.problems.join("\n") === result.problems.join("\n")
    );
  }
}

type Reload =
  | {
      readonly kind: "applied";
      readonly version: string;
      readonly needRestart: readonly string[];
      /** What its operator should know of it. Undefined: nothing. */
      readonly warning: string | undefined;
    }
  | { readonly kind: "unchanged" }
  | { readonly kind: "failed"; readonly problems: readonly string[] };
