import type { Act } from "./fake-upstream.ts";
import { tinyPng } from "./tiny-png.ts";

/** Answers with this status and this value as JSON. */
export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Act {
  return body(status, JSON.stringify(value), { "content-type": "application/json", ...headers });
}

/** Answers with this status and this text. */
export function body(status: number, text: string, headers: Readonly<Record<string, string>>): Act {
  return {
    play({ response }) {
      response.writeHead(status, headers);
      response.end(text);
    },
  };
}

/** Answers as OpenAI does when something is wrong. */
export function error(
  status: number,
  fields: Readonly<Record<string, string | null>>,
  headers: Readonly<Record<string, string>> = {},
): Act {
  return json(status, { error: { message: providersWords, ...fields } }, headers);
}

/** What the server's errors say; no caller, log or span may ever repeat it. */
export const providersWords = "the provider's own words about your secret prompt";

/** Answers with a web page. */
export function page(status: number): Act {
  return body(status, "<!doctype html><title>Bad day</title>", { "content-type": "text/html" });
}

/** Answers with images of this width: as many as are asked for, or as `count` says. */
export function images(width: number, count?: number, height = 8): Act {
  return {
    play({ request, response }) {
      const data = new Array(count ?? Number(request.json()["n"])).fill({
        b64_json: tinyPng(width, height).toString("base64"),
      });
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ created: 1, data }));
    },
  };
}

/** Answers with one image of each of these widths, in this order. */
export function imagesOfWidths(...widths: readonly number[]): Act {
  const data = widths.map((width) => ({ b64_json: tinyPng(width, 8).toString("base64") }));
  return json(200, { created: 1, data });
}

/** Answers a chat with this text. */
export function chat(text: string): Act {
  const message = { role: "assistant", content: text };
  return json(200, {
    id: "chat-1",
    model: "boat-large",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  });
}

/** Announces a longer body than it sends, and closes the connection in the middle of it. */
export const truncated: Act = {
  play({ response, socket }) {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write('{"data":[{"b64_js', () => socket.end());
  },
};

/** Resets the connection once the whole request is here. */
export const resetAfterBody: Act = { play: ({ socket }) => void socket.resetAndDestroy() };

/** Resets the connection once the head is here, with the body unread. */
export const resetBeforeBody: Act = {
  onHead: true,
  play: ({ socket }) => void socket.resetAndDestroy(),
};

/** Takes the request and says nothing. */
export const silence: Act = { play() {} };

/** Sends a body of JSON one byte at a time, one every `everyMs`. */
export function drip(value: unknown, everyMs: number): Act {
  return {
    play({ response, socket }) {
      const bytes = Buffer.from(JSON.stringify(value));
      response.writeHead(200, { "content-type": "application/json" });
      let sent = 0;
      const timer = setInterval(() => {
        response.write(bytes.subarray(sent, ++sent));
        if (sent < bytes.length) return;
        clearInterval(timer);
        response.end();
      }, everyMs);
      socket.once("close", () => clearInterval(timer));
    },
  };
}

/** Opens a stream and only keeps it alive. */
export const keepAlive: Act = {
  play({ response, socket }) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const timer = setInterval(() => response.write(": keep-alive\n\n"), 20);
    socket.once("close", () => clearInterval(timer));
  },
};

/** An act that waits until it is let go. */
export function held(act: Act): Act & { release(): void } {
  let play = () => {};
  return {
    play(visit) {
      play = () => act.play(visit);
    },
    release: () => play(),
  };
}

/** How a stream of events ends. */
export type StreamEnding = "as it should" | "without its last event" | "cut" | "never";

/** Streams the words of a chat, and ends as told. */
export function chatStream(words: readonly string[], ending: StreamEnding): Act {
  const chunks = words.map((content) => chatChunk({ content }, null));
  if (ending === "as it should") chunks.push(chatChunk({}, "stop"), "[DONE]");
  return events(chunks, ending);
}

/** Streams some words of a chat, then an error in place of the next. */
export function chatStreamWithError(words: readonly string[]): Act {
  const chunks = words.map((content) => chatChunk({ content }, null));
  const failure = {
    error: { message: providersWords, type: "server_error", code: "server_error" },
  };
  return events([...chunks, JSON.stringify(failure)], "without its last event");
}

/** Streams events with these data, and ends as told. */
export function events(data: readonly string[], ending: StreamEnding): Act {
  return {
    play({ response, socket }) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      for (const text of data) response.write(`data: ${text}\n\n`);
      if (ending === "never") return;
      // A chunked body whose last chunk is missing was cut, however politely.
      if (ending === "cut") response.write(": and\n\n", () => socket.destroy());
      else response.end();
    },
  };
}

function chatChunk(delta: Readonly<Record<string, string>>, finish: string | null): string {
  return JSON.stringify({
    id: "chat-1",
    model: "boat-large",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
}
