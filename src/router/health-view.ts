import type { Outlook } from "./outlook.ts";
import type { Candidate } from "./plan.ts";

/** What planning is told of the health of targets: how they do at this moment. */
export interface HealthView {
  /** Whether there is nothing to tell: every target takes traffic by its whole weight. */
  readonly quiet: boolean;
  outlook(candidate: Candidate): Outlook;
}
