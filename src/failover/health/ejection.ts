import type { HealthSettings } from "../../domain/health.ts";

/** What was seen of a target. */
export interface TrackRecord {
  /** Failures since the last success, a weak one counting half. */
  readonly inARow: number;
  /** Failures in the window. */
  readonly failures: number;
  /** Attempts in the window. */
  readonly attempts: number;
}

/** Whether a target fails too often: so many times in a row, or in too large a share of its attempts. */
export function failsTooOften(record: TrackRecord, settings: HealthSettings): boolean {
  if (record.inARow >= settings.failures) return true;
  if (record.attempts < settings.minAttempts) return false;
  return record.failures > record.attempts * settings.ratio;
}

/** How long the ejection of this number lasts, from 1, in milliseconds: each twice as long as the one before, up to the longest. */
export function ejectionTimeMs(number: number, settings: HealthSettings): number {
  return Math.min(settings.ejectionMs * 2 ** (number - 1), settings.maxEjectionMs);
}
