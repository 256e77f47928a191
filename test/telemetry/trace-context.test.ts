import { createTraceState, ROOT_CONTEXT, type SpanContext, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { describe, expect, it } from "vitest";
import { callerContext, traceHeaders } from "../../src/telemetry/trace-context.ts";

const context: SpanContext = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: 1,
};

describe("the headers of a trace", () => {
  it.each([
    ["sampled", context],
    ["not sampled", { ...context, traceFlags: 0 }],
    ["with the state of others", { ...context, traceState: createTraceState("a=1,b=2") }],
    ["with a state that is empty", { ...context, traceState: createTraceState("") }],
  ])("are what OpenTelemetry writes: %s", (_, given) => {
    const written: Record<string, string> = {};
    new W3CTraceContextPropagator().inject(trace.setSpanContext(ROOT_CONTEXT, given), written, {
      set: (carrier, key, value) => {
        carrier[key] = value;
      },
    });
    expect(traceHeaders(given)).toEqual(written);
  });

  it("have two digits for the flags, whatever they are", () => {
    const { traceparent } = traceHeaders({ ...context, traceFlags: 0x13 });
    expect(traceparent).toBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-13");
  });

  it("are none without a trace", () => {
    expect(traceHeaders(undefined)).toEqual({});
  });

  it("say where a caller is, or nothing when they make no sense", () => {
    const read = (headers: Record<string, string>) => callerContext((name) => headers[name]);
    expect(read(traceHeaders(context))).toEqual({ ...context, isRemote: true });
    expect(read({})).toBeUndefined();
    expect(read({ tracestate: "a=1" })).toBeUndefined();
    expect(read({ traceparent: `00-${"0".repeat(32)}-b7ad6b7169203331-01` })).toBeUndefined();
  });
});
