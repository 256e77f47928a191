/** When a second attempt starts beside a first one that is slow. */
export interface Hedge {
  /**
   * How long the first one has, in milliseconds; "p95" is the time within which
   * 95 % of its target's last answers came.
   */
  readonly after: number | "p95";
  /** Whether it holds for images that cost something too, or may. */
  readonly paidImages: boolean;
}
