import {
  type Attributes,
  type AttributeValue,
  type HrTime,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
} from "@opentelemetry/api";
import { hrTimeDuration, type InstrumentationScope, millisToHrTime } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import type {
  IdGenerator,
  ReadableSpan,
  SpanProcessor,
  TimedEvent,
} from "@opentelemetry/sdk-trace";
import type { Clock } from "../../domain/clock.ts";
import type { Span } from "../tracer.ts";

/** What all spans of a process share. */
export interface SpanOrigin {
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly ids: IdGenerator;
  readonly clock: Clock;
  /** Who takes the spans that have ended. */
  readonly processor: Pick<SpanProcessor, "onEnd">;
}

/** What tells one span from another when it begins. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  /** What is to be added to the monotonic time, to give milliseconds since 1970. */
  readonly epochMs: number;
}

/**
 * A span that only notes what it is told, and is read by the SDK's processors and
 * exporters as one of theirs. The SDK's own checks, copies and counts every attribute as
 * it comes. The spans of a trace share a clock, so that a child lies within its parent.
 */
export class RecordedSpan implements Span, ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parentSpanContext?: SpanContext;
  /** The names of the attributes. */
  readonly names: string[] = [];
  /** Their values, in the same order. */
  readonly values: AttributeValue[] = [];
  readonly events: TimedEvent[] = [];
  readonly links = noLinks;
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  readonly #origin: SpanOrigin;
  readonly #epochMs: number;
  readonly #startMs: number;
  #endMs: number | undefined;
  #status = unset;
  #attributes: Attributes | undefined;

  constructor(origin: SpanOrigin, start: SpanStart) {
    this.#origin = origin;
    this.name = start.name;
    this.kind = start.kind;
    this.context = start.context;
    if (start.parent !== undefined) this.parentSpanContext = start.parent;
    this.#epochMs = start.epochMs;
    this.#startMs = this.#now();
  }

  startChild(name: string): RecordedSpan {
    return new RecordedSpan(this.#origin, {
      name,
      kind: SpanKind.CLIENT,
      context: { ...this.context, spanId: this.#origin.ids.generateSpanId() },
      parent: this.context,
      epochMs: this.#epochMs,
    });
  }

  set(name: string, value: AttributeValue | undefined): void {
    if (value === undefined || this.ended) return;
    this.names.push(name);
    this.values.push(value);
  }

  addEvent(name: string, attributes: Attributes = {}): void {
    if (this.ended) return;
    this.events.push({ name, attributes, time: millisToHrTime(this.#now()) });
  }

  fail(message?: string): void {
    if (this.ended) return;
    this.#status = { code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) };
  }

  end(): void {
    if (this.ended) return;
    this.#endMs = this.#now();
    this.#origin.processor.onEnd(this);
  }

  get ended(): boolean {
    return this.#endMs !== undefined;
  }

  get status(): SpanStatus {
    return this.#status;
  }

  spanContext(): SpanContext {
    return this.context;
  }

  /** For those who do not read names and values: made once the span is over. */
  get attributes(): Attributes {
    if (this.#attributes !== undefined) return this.#attributes;
    const made = Object.fromEntries(this.names.map((name, index) => [name, this.values[index]]));
    if (this.ended) this.#attributes = made;
    return made;
  }

  get startTime(): HrTime {
    return millisToHrTime(this.#startMs);
  }

  get endTime(): HrTime {
    return millisToHrTime(this.#endMs ?? this.#startMs);
  }

  get duration(): HrTime {
    return hrTimeDuration(this.startTime, this.endTime);
  }

  get resource(): Resource {
    return this.#origin.resource;
  }

  get instrumentationScope(): InstrumentationScope {
    return this.#origin.instrumentationScope;
  }

  #now(): number {
    return this.#epochMs + this.#origin.clock.monotonic();
  }
}

const noLinks: [] = [];

const unset: SpanStatus = { code: SpanStatusCode.UNSET };
