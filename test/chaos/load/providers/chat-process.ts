import { answer } from "../ask.ts";
import { type ChatServer, type Death, startChatServer } from "./chat-server.ts";

/** A process with providers of chats, which does as it is asked. */
const servers: ChatServer[] = [];

answer({
  async open(count: number, delayMs: number) {
    while (servers.length < count) servers.push(await startChatServer(delayMs));
    return servers.map(({ url }) => url);
  },
  die: (number: number, death: Death) => servers[number]?.die(death),
  recover: (number: number) => servers[number]?.recover(),
  requests: () => servers.map(({ requests }) => requests),
});
