import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach } from "vitest";
import { systemClock } from "../../src/process/system-clock.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";

/**
 * Embedded providers that outlive a gateway, behind a house that can hold answers
 * back: a gateway that is killed there never gets them.
 */
export interface Gatehouse {
  /** The base URLs of the providers, by slug, by way of the house. */
  readonly baseUrls: Readonly<Record<string, string>>;
  readonly sandbox: Sandbox;
  /** Waits until so many answers are held back. */
  held(count: number): Promise<void>;
  /** Lets everything pass from now on. What is held stays so. */
  open(): void;
}

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

/** Starts a house that holds back every answer to what buys something, or to everything else. */
export async function startGatehouse(holds: "submissions" | "questions"): Promise<Gatehouse> {
  const sandbox = await startSandbox({ clock: systemClock, faults: [] });
  const waiting = new Set<() => void>();
  let isOpen = false;
  let heldBack = 0;
  // One after the other, so that a submission that is counted is the one that was just passed on.
  let turn: Promise<unknown> = Promise.resolve();

  async function pass(incoming: IncomingMessage): Promise<Passed> {
    const body = await buffer(incoming);
    const before = total(sandbox);
    const response = await fetch(sandbox.origin + incoming.url, {
      method: incoming.method ?? "GET",
      headers: keptHeaders(incoming),
      ...(body.length > 0 && { body }),
    });
    return {
      status: response.status,
      body: Buffer.from(await response.arrayBuffer()),
      kind: total(sandbox) > before ? "submissions" : "questions",
    };
  }

  const server = createServer((incoming, outgoing) => {
    const passing = turn.then(() => pass(incoming));
    turn = passing.catch(() => {});
    passing.then(
      ({ status, body, kind }) => {
        if (kind === holds && !isOpen) {
          heldBack += 1;
          for (const check of waiting) check();
          return;
        }
        outgoing.writeHead(status, { "content-type": "application/json" }).end(body);
      },
      () => outgoing.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  running.push(sandbox, {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  const baseUrls = Object.fromEntries(
    Object.entries(sandbox.baseUrls).map(([slug, url]) => [
      slug,
      url.replace(sandbox.origin, `http://127.0.0.1:${port}`),
    ]),
  );
  return {
    baseUrls,
    sandbox,
    held: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (heldBack < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    open() {
      isOpen = true;
    },
  };
}

interface Passed {
  readonly status: number;
  readonly body: Buffer;
  readonly kind: "submissions" | "questions";
}

function total(sandbox: Sandbox): number {
  return Object.values(sandbox.submissions()).reduce((sum, count) => sum + count, 0);
}

/** Without `prefer`: a vendor may answer at once with a job, whatever it is asked to wait for. */
function keptHeaders({ headers }: IncomingMessage): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of [
    "authorization",
    "content-type",
    "x-fal-request-timeout",
    "x-dashscope-async",
  ]) {
    const value = headers[name];
    if (typeof value === "string") kept[name] = value;
  }
  return kept;
}
