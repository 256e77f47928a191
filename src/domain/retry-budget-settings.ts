/** How much retries and failovers may add to the traffic. */
export interface RetryBudgetSettings {
  /** The share of the requests. */
  readonly ratio: number;
  /** So many a second are allowed in any case. */
  readonly floor: number;
}

/** What holds where a configuration says nothing. */
export const defaultRetryBudget: RetryBudgetSettings = { ratio: 0.2, floor: 10 };
