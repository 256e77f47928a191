import { type Adjustment, noAdjustments } from "../domain/adjustment.ts";
import { addCost, type Cost, noCost } from "../domain/cost.ts";
import type { Failure } from "../domain/failure.ts";
import type { ChatOutput, FinishedImage } from "../domain/output.ts";
import type { Task } from "../domain/task.ts";
import { addUsage, noUsage, type Usage } from "../domain/usage.ts";
import type { Done } from "../providers/outcome.ts";
import type { OperationDialect } from "../providers/provider.ts";
import type { Candidate } from "../router/plan.ts";
import { mayHaveBeenBilled } from "./attempt-cost.ts";
import { AttemptTimer } from "./attempt-timer.ts";
import type { AttemptToRun } from "./attempt-to-run.ts";
import { isVerdict } from "./decide-next.ts";
import { endedFromThisSide } from "./ended-from-this-side.ts";
import { findDialect } from "./find-dialect.ts";
import { InputUploads } from "./input-uploads.ts";
import { runShare, type Share, type SharedWork, type ShareReport } from "./run-share.ts";
import { splitSlots } from "./split-slots.ts";

/** What came of an attempt. */
export interface AttemptResult {
  /** Why it is less than what was asked. Undefined when all came. */
  readonly failure?: Failure | undefined;
  /** How many images came. */
  readonly imageCount: number;
  readonly chat?: ChatOutput | undefined;
  readonly usage: Usage;
  readonly cost: Cost;
  /** That of the provider's last answer. Undefined when there was none. */
  readonly httpStatus?: number | undefined;
  readonly upstreamId?: string | undefined;
  /** The model that answered, as the provider names it. */
  readonly responseModel?: string | undefined;
  readonly upstreamRequestId?: string | undefined;
  /** Whether the caller of a stream got output that another attempt makes void. */
  readonly loose: boolean;
  /** What was adapted otherwise than was planned: images that arrive, and those of the caller. */
  readonly adjustments: readonly Adjustment[];
}

/**
 * Tries one target. When one call cannot make all the images that are missing, it
 * makes several at the same time; what came of any of them is kept, whatever
 * became of the others. Calls that were sent before are taken up, and none is made.
 */
export async function runAttempt(attempt: AttemptToRun): Promise<AttemptResult> {
  const { candidate } = attempt;
  const dialect = findDialect(candidate.endpoint, candidate.fit.task.operation);
  const timer = new AttemptTimer(attempt);
  const work: SharedWork = {
    attempt,
    dialect,
    uploads: dialect.uploads && new InputUploads(dialect.uploads),
    onFirstContent() {
      if (timer.contentCame()) attempt.observer.firstContent();
    },
  };
  try {
    const shares = sharesOf(attempt, dialect);
    const [only] = shares;
    const reports =
      only !== undefined && shares.length === 1
        ? [await runShare(work, only)]
        : await Promise.all(shares.map((share) => runShare(work, share)));
    const result = combine(reports, attempt.conversions ?? noAdjustments);
    timer.learn(result.failure?.class);
    return result;
  } finally {
    timer.end();
  }
}

function sharesOf(
  { candidate, images, input, tickets }: AttemptToRun,
  dialect: OperationDialect<Task, unknown>,
): readonly Share[] {
  if (tickets !== undefined) return tickets.map((ticket) => ({ slots: ticket.slots, ticket }));
  const slots = missingSlots(images);
  if (slots.length === 0) return [{ slots }];
  const most = maxCountPerCall(candidate, dialect, input.stream !== undefined);
  return splitSlots(slots, most).map((share) => ({ slots: share }));
}

/** The places that are still empty, in order. None for a chat. */
export function missingSlots(images: readonly (FinishedImage | undefined)[]): readonly number[] {
  const slots: number[] = [];
  for (const [slot, image] of images.entries()) if (image === undefined) slots.push(slot);
  return slots;
}

function maxCountPerCall(
  { fit }: Candidate,
  { stream }: OperationDialect<Task, unknown>,
  streamed: boolean,
): number {
  const most = streamed ? stream?.maxCountPerCall : undefined;
  return most === undefined ? fit.maxCountPerCall : Math.min(most, fit.maxCountPerCall);
}

function combine(
  reports: readonly ShareReport[],
  conversions: readonly Adjustment[],
): AttemptResult {
  const failures: Failure[] = [];
  const adjustments: Adjustment[] = [...conversions];
  let imageCount = 0;
  let usage = noUsage;
  let cost = noCost;
  let loose = false;
  let first: Done | undefined;
  for (const report of reports) {
    if (report.failure !== undefined) failures.push(report.failure);
    adjustments.push(...report.adjustments);
    imageCount += report.imageCount;
    cost = addCost(cost, report.cost);
    loose ||= report.loose;
    const { result } = report;
    const counted = result.kind === "failed" ? result.failure.usage : result.usage;
    if (counted !== undefined) usage = addUsage(usage, counted);
    if (result.kind === "done") first ??= result;
  }
  const failure = weightiest(failures);
  return {
    failure,
    imageCount,
    chat: first?.output.kind === "chat" ? first.output : undefined,
    usage,
    cost,
    // Without a failure every report has none, and the first one speaks for all.
    httpStatus: reports.find((report) => report.failure === failure)?.httpStatus,
    upstreamId: first?.upstreamId,
    responseModel: first?.upstreamModel,
    upstreamRequestId: first?.requestId,
    loose,
    adjustments,
  };
}

/**
 * Which of several failures speaks for the attempt: one that ends the request,
 * then one that may have been billed, then a verdict on the request, then any.
 */
function weightiest(failures: readonly Failure[]): Failure | undefined {
  if (failures.length < 2) return failures[0];
  return (
    failures.find((failure) => endedFromThisSide(failure.class)) ??
    failures.find(mayHaveBeenBilled) ??
    failures.find((failure) => isVerdict(failure, "stop")) ??
    failures[0]
  );
}
