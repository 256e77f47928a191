import { subscribe } from "node:diagnostics_channel";
import { answer } from "../ask.ts";

/** When something happened to a request to a provider, as undici tells it. */
export interface NotedExchange {
  readonly kind: "sent" | "over";
  /** The provider's. */
  readonly port: number;
  /** On `performance`'s scale. */
  readonly at: number;
}

/**
 * Loaded into a gateway before it: notes when each request to a provider goes onto
 * the wire, and when its answer is complete or it has failed.
 */
const noted: NotedExchange[] = [];

function note(channel: string, kind: NotedExchange["kind"], portOf: (message: Told) => unknown) {
  subscribe(channel, (message) => {
    noted.push({ kind, port: Number(portOf(message as Told)), at: performance.now() });
  });
}

/** What undici tells, as far as it is read here. */
interface Told {
  readonly request: { readonly origin: string | URL };
  readonly connectParams: { readonly port: string };
}

const ofRequest = ({ request }: Told) => new URL(request.origin).port;

note("undici:client:sendHeaders", "sent", ofRequest);
note("undici:request:trailers", "over", ofRequest);
note("undici:request:error", "over", ofRequest);

answer({ noted: () => noted.splice(0) });
// The gateway ends when it wants to.
process.channel?.unref();
