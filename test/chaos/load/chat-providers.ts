import { startHelper } from "./ask.ts";
import type { Death } from "./providers/chat-server.ts";

/** Equal providers of chats, in a process of their own. */
export interface ChatProviders {
  /** The `providers` and `routes` of a configuration in which all of them have the model "boat". */
  readonly yaml: string;
  die(number: number, death: Death): Promise<void>;
  recover(number: number): Promise<void>;
  /** How many requests each has got. */
  requests(): Promise<readonly number[]>;
  stop(): void;
}

/** The time of one attempt, in milliseconds: the longest that a silent provider holds a caller up. */
export const attemptMs = 1000;

/** Starts so many, which answer after `delayMs` and are given `limitMs` for an attempt. */
export async function startChatProviders(
  count: number,
  delayMs = 20,
  limitMs = attemptMs,
): Promise<ChatProviders> {
  const { ask, stop } = startHelper("./providers/chat-process.ts");
  const urls = (await ask("open", count, delayMs)) as readonly string[];
  const providers = urls.map(
    (url, number) =>
      `  boat-${number}: { type: openai-compatible, base_url: "${url}", timeout: ${limitMs}ms }`,
  );
  const targets = urls.map((_, number) => `{ provider: boat-${number} }`);
  return {
    yaml: `
providers:
${providers.join("\n")}
routes:
  - models: [boat]
    targets: [${targets.join(", ")}]
`,
    die: async (number, death) => void (await ask("die", number, death)),
    recover: async (number) => void (await ask("recover", number)),
    requests: async () => (await ask("requests")) as readonly number[],
    stop,
  };
}
