import type { Case } from "../bench.ts";
import { chatConnect, chatGrpc } from "./chat.ts";

/** Everything that is measured, in the order of the report. */
export const cases: readonly Case[] = [chatGrpc, chatConnect];
