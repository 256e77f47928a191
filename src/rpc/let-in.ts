import type { Server } from "node:net";
import { setImmediate as loopTurn } from "node:timers/promises";

/**
 * Lets in those who wait at a server's door, before it shuts: for them the
 * connection exists already, and they may have sent their request. Node takes one of
 * them in each turn of its loop; two turns without a new one, and nobody waits.
 */
export async function letIn(server: Server): Promise<void> {
  let emptyTurns = 0;
  const entered = () => {
    emptyTurns = 0;
  };
  server.on("connection", entered);
  for (let turn = 0; emptyTurns < 2 && turn < longestQueue; turn++) {
    emptyTurns++;
    await loopTurn();
  }
  server.off("connection", entered);
}

/** So many may wait by Node's default for `backlog`: nobody can hold the door open. */
const longestQueue = 511;
