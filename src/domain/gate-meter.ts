/** Who counts what happens at one gate, the gateway's own or that of a provider. */
export interface GateMeter {
  /** One more has a place, or one less. */
  running(change: 1 | -1): void;
  /** One more waits for a place, or one less. */
  waiting(change: 1 | -1): void;
  /** One was turned away. */
  refused(): void;
}

/** Makes the meter of a provider's gate, or of the gateway's own when there is no provider. */
export type MeterGate = (provider?: string) => GateMeter;

/** Counts nothing. */
export const silentGateMeter: GateMeter = {
  running: () => {},
  waiting: () => {},
  refused: () => {},
};
