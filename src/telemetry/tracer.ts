import type { Attributes, AttributeValue, SpanContext } from "@opentelemetry/api";

/** Begins traces, and says which of them are recorded. */
export interface Tracer {
  /** Begins a call, as a SERVER span below the caller's when the caller has one. */
  startCall(name: string, caller: SpanContext | undefined): CallTrace;
}

/** The trace of one call. */
export interface CallTrace {
  /** What a provider is told when the call is not recorded. Undefined: there is no trace. */
  readonly context: SpanContext | undefined;
  /** Undefined: not recorded, and then nothing below it is either. */
  readonly span: Span | undefined;
}

/** A span that is recorded. What comes after its end is not. */
export interface Span {
  readonly context: SpanContext;
  /** Begins a CLIENT span below it, also when it is over. */
  startChild(name: string): Span;
  /** Adds an attribute. An undefined value is none. No name is given twice. */
  set(name: string, value: AttributeValue | undefined): void;
  addEvent(name: string, attributes?: Attributes): void;
  /** Marks it as an error. */
  fail(message?: string): void;
  end(): void;
}

/** Records nothing; passes the caller's trace on. */
export const untraced: Tracer = {
  startCall: (_, caller) => ({ context: caller, span: undefined }),
};
