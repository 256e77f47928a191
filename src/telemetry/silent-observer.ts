import type { AttemptObserver } from "../domain/observer.ts";
import type { RpcObserver } from "./telemetry.ts";

const silentAttempt: AttemptObserver = {
  exchangeStarted: () => ({ headers: {}, finished() {} }),
  firstContent() {},
  finished() {},
};

/** An observer that tells nobody: for calls that stay inside the process. */
export const silentObserver: RpcObserver = {
  requestRead() {},
  attemptStarted: () => silentAttempt,
  attemptSkipped() {},
  generated() {},
  failed() {},
  ended() {},
};
