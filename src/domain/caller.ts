/** Who calls: a team or a service to whom the operator has given keys. */
export interface Caller {
  /** As the configuration names it: "web-team". */
  readonly name: string;
  /** Whether it may ask for a model by this name. */
  mayAsk(model: string): boolean;
  /**
   * Counts one more request of its own. When it has made as many as it may, that one does
   * not count, and this gives the milliseconds until the next may come.
   */
  countRequest(now: number): number | undefined;
}
