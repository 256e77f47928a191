import { expect, it } from "vitest";
import { startTestServer } from "./support/test-server.ts";

it("serves metrics in the form that it is given", async () => {
  const server = await startTestServer();
  const response = await fetch(`${server.adminUrl}/metrics?x=1`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4");
  expect(await response.text()).toBe("up 1\n");
});

it("answers 500 and tells of the bug when metrics cannot be made", async () => {
  const bug = new Error("no metrics");
  const server = await startTestServer({ metrics: () => Promise.reject(bug) });
  expect((await fetch(`${server.adminUrl}/metrics`)).status).toBe(500);
  expect(server.bugs).toEqual([bug]);
});

it("has nothing else, and takes no writes", async () => {
  const server = await startTestServer();
  expect((await fetch(`${server.adminUrl}/`)).status).toBe(404);
  expect((await fetch(`${server.adminUrl}/metrics`, { method: "POST" })).status).toBe(405);
});

it("is not on the public listener", async () => {
  const server = await startTestServer();
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
});

it("is ready with a notice for people, as long as there is one", async () => {
  let notice: string | undefined = "configuration: last reload failed\nspillway.yaml:3:1: drain";
  const server = await startTestServer({ notice: () => notice });
  const told = await fetch(`${server.adminUrl}/readyz`);
  expect([told.status, await told.text()]).toEqual([200, `ready\n${notice}\n`]);
  notice = undefined;
  expect(await (await fetch(`${server.adminUrl}/readyz`)).text()).toBe("ready\n");
});
