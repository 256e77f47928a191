import { Agent, request as httpRequest } from "node:http";

/** How one call ended. */
export interface CallEnd {
  /** When it was made, on `performance`'s scale. */
  readonly startedAt: number;
  /** Whether it brought an answer. */
  readonly ok: boolean;
  /** The provider that answered. Undefined when none did. */
  readonly provider: string | undefined;
  /** The providers that were asked, once for each attempt. */
  readonly asked: readonly string[];
}

/** Callers that make so many calls a second, whatever becomes of them. */
export interface Callers {
  readonly ends: readonly CallEnd[];
  /** Makes no new call, and waits for those under way. */
  stop(): Promise<void>;
}

/** Calls a gateway in JSON for a chat with the model "boat". */
export function startCallers(address: string, perSecond: number): Callers {
  const agent = new Agent({ keepAlive: true });
  const ends: CallEnd[] = [];
  const running = new Set<Promise<void>>();
  const startedAt = performance.now();
  let made = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * perSecond;
    for (; made < due; made++) {
      const call = callOnce(address, agent).then((end) => void ends.push(end));
      running.add(call);
      void call.finally(() => running.delete(call));
    }
  }, 10);
  return {
    ends,
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      agent.destroy();
    },
  };
}

const body = JSON.stringify({
  model: "boat",
  chat: { messages: [{ role: "ROLE_USER", parts: [{ text: "Hello" }] }] },
});

/** What of an answer, or of an error's details, tells who was asked. */
interface Told {
  readonly provider?: string;
  readonly attempts?: readonly { readonly provider: string; readonly outcome: string }[];
  readonly details?: readonly { readonly debug?: Told }[];
}

function callOnce(address: string, agent: Agent): Promise<CallEnd> {
  const startedAt = performance.now();
  const broken: CallEnd = { startedAt, ok: false, provider: undefined, asked: [] };
  return new Promise((resolve) => {
    const call = httpRequest(
      `http://${address}/spillway.v1.GatewayService/Generate`,
      {
        method: "POST",
        agent,
        headers: { "content-type": "application/json", "connect-timeout-ms": "5000" },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", () => resolve(broken));
        response.once("end", () => {
          const told = JSON.parse(Buffer.concat(chunks).toString()) as Told;
          const ok = response.statusCode === 200;
          resolve({
            startedAt,
            ok,
            provider: ok ? told.provider : undefined,
            asked: askedOf(told),
          });
        });
      },
    );
    call.once("error", () => resolve(broken));
    call.end(body);
  });
}

function askedOf(told: Told): string[] {
  const attempts =
    told.attempts ?? told.details?.find(({ debug }) => debug?.attempts)?.debug?.attempts;
  return (attempts ?? [])
    .filter(({ outcome }) => outcome !== "ATTEMPT_OUTCOME_SKIPPED")
    .map(({ provider }) => provider);
}
