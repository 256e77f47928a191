import { fallBack } from "../chaos/load/fall-back.ts";
import { tableOf } from "../chaos/load/report.ts";
import type { Row } from "../chaos/load/scenario.ts";

/**
 * How long it takes from the failure of an attempt to the next target's request on
 * the wire, by what undici tells in the gateway's own process, on its monotonic
 * clock. Only the step to another target counts: when the same one is asked once
 * more after a while, it is the step after that. Run it with `npm run bench fall-back`.
 */
const rows: Row[] = [];
for await (const row of fallBack.run({ only: undefined })) rows.push(row);
console.log(tableOf(fallBack, rows));
if (rows.some(({ met }) => !met)) process.exitCode = 1;
