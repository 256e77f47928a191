import { constants, gzipSync } from "node:zlib";
import type { Random } from "../../../src/domain/random.ts";
import type { Act, Visit } from "../../support/fake-upstream.ts";
import { wakingClock } from "../../support/waking-clock.ts";

/** Does something after this time, in milliseconds, on the clock of the gateway that asks. */
export function after(ms: number, act: Act): Act {
  return {
    play(visit) {
      visit.socket.once(
        "close",
        wakingClock.timer(ms, () => act.play(visit)),
      );
    },
  };
}

/** Does one thing after the other, and begins again. */
export function inTurn(...acts: readonly [Act, ...Act[]]): Act {
  let turn = 0;
  return { play: (visit) => acts[turn++ % acts.length]?.play(visit) };
}

/** Does `bad` in this share of the cases, by chance, else `good`. */
export function sometimes(share: number, random: Random, bad: Act, good: Act): Act {
  return { play: (visit) => (random() < share ? bad : good).play(visit) };
}

/** Does what is said for the first of these that the request's method and path begin with. */
export function byPath(routes: Readonly<Record<string, Act>>): Act {
  return {
    play(visit) {
      const asked = `${visit.request.method} ${visit.request.path}`;
      const route = Object.keys(routes).find((beginning) => asked.startsWith(beginning));
      if (route === undefined) throw new Error(`nobody expected ${asked}`);
      routes[route]?.play(visit);
    },
  };
}

/** Answers with a head and this many bytes, as fast as they are taken; `sent` counts them. */
export function flood(
  status: number,
  headers: Readonly<Record<string, string>>,
  bytes: number,
): Act & { readonly sent: number } {
  const chunk = Buffer.alloc(65_536, "A");
  let sent = 0;
  return {
    get sent() {
      return sent;
    },
    play({ response }: Visit) {
      response.writeHead(status, headers);
      const more = (): void => {
        while (sent < bytes && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    },
  };
}

/** Answers with some hundred kilobytes that decode to this many mebibytes of a chat's answer. */
export function gzipBomb(mebibytes: number): Act {
  const opening = gzipSync('{"choices":[{"message":{"content":"');
  const filling = gzipSync(Buffer.alloc(2 ** 20, "A"), { level: constants.Z_BEST_SPEED });
  const bomb = Buffer.concat([opening, ...new Array<Buffer>(mebibytes).fill(filling)]);
  return {
    play({ response }) {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      response.end(bomb);
    },
  };
}

/** Streams a word of a chat every few milliseconds for as long as anybody listens. */
export function endlessWords(everyMs: number): Act {
  return {
    play({ response, socket }) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const word = JSON.stringify({ choices: [{ index: 0, delta: { content: "o" } }] });
      const timer = setInterval(() => response.write(`data: ${word}\n\n`), everyMs);
      socket.once("close", () => clearInterval(timer));
    },
  };
}
