/** One parameter that is not sent to the provider as the caller gave it. */
export interface Adjustment {
  /** Its path in the request: "options.aspect_ratio". */
  readonly field: string;
  readonly requested: string;
  /** Empty when it was dropped. */
  readonly applied: string;
  /** `emulated` is exact: Spillway does what the provider cannot. The others change the result. */
  readonly kind: "converted" | "emulated" | "dropped";
  /** The provider's slug. */
  readonly provider: string;
  readonly reason: string;
}

/** No adjustment, for everyone to share. */
export const noAdjustments: readonly Adjustment[] = Object.freeze([]);
