import type { RpcCall, Telemetry } from "../../../src/telemetry/telemetry.ts";

/** What became of one call, as it was told. */
export interface ToldCall {
  readonly call: RpcCall;
  /** "requestRead", "generated", "failed MODEL_NOT_FOUND", "ended NOT_FOUND". */
  readonly told: string[];
}

/** Telemetry that notes what it is told. */
export interface FakeTelemetry extends Telemetry {
  readonly calls: ToldCall[];
}

export function fakeTelemetry(): FakeTelemetry {
  const calls: ToldCall[] = [];
  return {
    calls,
    rpcStarted(call) {
      const told: string[] = [];
      calls.push({ call, told });
      return {
        requestRead: () => told.push("requestRead"),
        generated: () => told.push("generated"),
        failed: (error) => told.push(`failed ${error.reason}`),
        ended: (code) => told.push(`ended ${code}`),
        attemptSkipped: () => {},
        attemptStarted: () => ({
          exchangeStarted: () => ({ headers: {}, finished() {} }),
          firstContent() {},
          finished() {},
        }),
      };
    },
  };
}
