import type { Clock } from "../../src/domain/clock.ts";
import type { DeliveryState, Failure } from "../../src/domain/failure.ts";
import type { JsonValue } from "../../src/domain/json.ts";
import type { StreamEvent } from "../../src/providers/reply.ts";
import type {
  Download,
  DownloadResult,
  EventHandler,
  Exchange,
  ExchangeResult,
  StreamResult,
  Transport,
} from "../../src/transport/transport.ts";

/** What happens to one exchange. */
export type Step =
  | {
      readonly kind: "reply";
      readonly status: number;
      readonly json: unknown;
      readonly ms?: number;
    }
  | { readonly kind: "text"; readonly status: number; readonly text: string }
  | { readonly kind: "fail"; readonly failure: Failure; readonly ms?: number }
  /** No answer ever: it ends when it is aborted. */
  | { readonly kind: "hang"; readonly delivery: DeliveryState }
  | {
      readonly kind: "events";
      readonly events: readonly TimedEvent[];
      readonly headers?: Readonly<Record<string, string>>;
      /** What becomes of the connection behind the events. Default: the body ends. */
      readonly ending?: Step;
    };

/** An event of a stream, some milliseconds after the one before it. */
export interface TimedEvent {
  readonly ms: number;
  readonly data?: unknown;
  /** In place of data: what is no JSON. */
  readonly text?: string;
}

/** One exchange that was made. */
export interface MadeExchange {
  readonly at: number;
  readonly slug: string;
  readonly path: string;
  readonly exchange: Exchange;
}

/** A transport that plays what a test wrote. */
export interface ScriptedTransport extends Transport {
  /** Every exchange, in order. */
  readonly exchanges: MadeExchange[];
  readonly downloads: Download[];
}

/** What a scripted transport plays. */
export interface Script {
  /** By slug, or by slug and path ("a/poll"): what happens to its exchanges, in order. The last one stays. */
  readonly steps?: Readonly<Record<string, readonly Step[]>>;
  readonly download?: (download: Download) => DownloadResult | Promise<DownloadResult>;
}

/** A transport that plays a script: it obeys aborts, and refuses what is not written. */
export function scriptedTransport(clock: Clock, script: Script): ScriptedTransport {
  const exchanges: MadeExchange[] = [];
  const downloads: Download[] = [];
  const played = new Map<string, number>();

  const next = (exchange: Exchange): Step => {
    const { slug } = exchange.endpoint;
    const { path } = exchange.call;
    exchanges.push({ at: clock.monotonic(), slug, path, exchange });
    const key = script.steps?.[slug + path] === undefined ? slug : slug + path;
    const steps = script.steps?.[key];
    const count = played.get(key) ?? 0;
    played.set(key, count + 1);
    const step = steps?.[Math.min(count, steps.length - 1)];
    if (step === undefined) throw new Error(`The script says nothing of ${slug}${path}.`);
    return step;
  };

  const play = async (
    step: Step,
    signal: AbortSignal,
    onEvent: EventHandler | undefined,
  ): Promise<ExchangeResult | StreamResult> => {
    switch (step.kind) {
      case "reply":
        await clock.sleep(step.ms ?? 0, signal);
        return signal.aborted ? aborted("ambiguous") : reply(step.status, json(step.json));
      case "text":
        return reply(step.status, { kind: "text", text: step.text });
      case "fail":
        await clock.sleep(step.ms ?? 0, signal);
        return signal.aborted ? aborted("ambiguous") : { kind: "failed", failure: step.failure };
      case "hang":
        await clock.sleep(1e9, signal);
        return aborted(step.delivery);
      case "events": {
        const ended = { kind: "ended", status: 200, headers: step.headers ?? {} } as const;
        for (const { ms, data, text } of step.events) {
          await clock.sleep(ms, signal);
          if (signal.aborted) return aborted("ambiguous");
          const event = { name: "", data: data as JsonValue, text } satisfies StreamEvent;
          if ((await onEvent?.(event)) === "stop") return ended;
        }
        return step.ending === undefined ? ended : play(step.ending, signal, onEvent);
      }
    }
  };

  return {
    exchanges,
    downloads,
    call: (exchange) => play(next(exchange), exchange.signal, undefined) as Promise<ExchangeResult>,
    stream: (exchange, onEvent) =>
      play(next(exchange), exchange.signal, onEvent) as Promise<StreamResult>,
    async download(download) {
      downloads.push(download);
      if (script.download === undefined) throw new Error(`Nothing to download at ${download.url}.`);
      return script.download(download);
    },
    close: async () => {},
  };
}

function json(value: unknown): { readonly kind: "json"; readonly value: JsonValue } {
  return { kind: "json", value: value as JsonValue };
}

function reply(
  status: number,
  body: { kind: "json"; value: JsonValue } | { kind: "text"; text: string },
): ExchangeResult {
  return { kind: "reply", reply: { status, headers: {}, body } };
}

function aborted(delivery: DeliveryState): ExchangeResult {
  return { kind: "failed", failure: { class: "cancelled", delivery, message: "Aborted." } };
}
