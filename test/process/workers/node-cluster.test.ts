import type { Cluster } from "node:cluster";
import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { clusterFork, roleOf } from "../../../src/process/workers/node-cluster.ts";

const role = { count: 2, files: new Map([["/spillway.yaml", "providers: {}"]]) };

/** A worker as Node's cluster gives it, with or without a process. */
function nodeWorker(pid: number | undefined) {
  const sent: unknown[] = [];
  const worker = Object.assign(new EventEmitter(), {
    process: { pid },
    isConnected: () => true,
    send: (message: unknown) => sent.push(message),
  });
  return { worker, sent };
}

function forking(fork: () => unknown): Cluster {
  return { setupPrimary: () => {}, fork } as unknown as Cluster;
}

describe("a worker of Node's cluster", () => {
  it("is told its role before anything else", async () => {
    const { worker, sent } = nodeWorker(4711);
    clusterFork(
      forking(() => worker),
      role,
    )().send({ kind: "stop" });
    expect(sent).toEqual([role, { kind: "stop" }]);
    const host = new EventEmitter();
    const told = roleOf(host as unknown as NodeJS.Process);
    host.emit("message", role);
    expect(await told).toBe(role);
  });

  it("has ended when its process exits, and not when its line breaks", async () => {
    const { worker } = nodeWorker(4711);
    const { ended } = clusterFork(
      forking(() => worker),
      role,
    )();
    worker.emit("error", new Error("write EPIPE"));
    worker.emit("exit", null, "SIGKILL");
    expect(await ended).toBe("SIGKILL");
  });

  it("has ended when the system starts no process for it", async () => {
    const { worker } = nodeWorker(undefined);
    const { ended } = clusterFork(
      forking(() => worker),
      role,
    )();
    worker.emit("error", new Error("spawn EAGAIN"));
    expect(await ended).toBe("spawn EAGAIN");
  });

  it("has ended when the system has no room to start one", async () => {
    const fork = clusterFork(
      forking(() => {
        throw new Error("spawn ENOMEM");
      }),
      role,
    );
    const worker = fork();
    worker.send({ kind: "stop" });
    worker.kill();
    expect(await worker.ended).toBe("spawn ENOMEM");
  });
});
