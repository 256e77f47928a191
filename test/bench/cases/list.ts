import type { Case } from "../bench.ts";
import { chatConnect, chatGrpc } from "./chat.ts";
import { failover } from "./failover.ts";
import { edit, image } from "./image.ts";
import { latency } from "./latency.ts";
import { startUp } from "./start-up.ts";
import { firstDelta, stream } from "./stream.ts";
import { tracing } from "./tracing.ts";
import { waiting } from "./waiting.ts";
import { hasWorkers, workers } from "./workers.ts";

/** Everything that is measured, in the order of the report. */
export const cases: readonly Case[] = [
  chatGrpc,
  chatConnect,
  image,
  edit,
  latency,
  stream,
  firstDelta,
  waiting,
  failover,
  tracing,
  ...(hasWorkers ? [workers] : []),
  startUp,
];
