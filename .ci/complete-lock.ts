import { readFileSync, writeFileSync } from "node:fs";

/**
 * Adds to package-lock.json the optional packages of other platforms that the
 * registry did not have when the lock was written: without them `npm ci` says
 * that lock and package.json do not match. Run it after `npm install`.
 */
interface LockedPackage {
  readonly version: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const path = "package-lock.json";
const lock = JSON.parse(readFileSync(path, "utf8")) as { packages: Record<string, LockedPackage> };
const missing = Object.values(lock.packages).flatMap((owner) =>
  Object.entries(owner.optionalDependencies ?? {})
    .filter(([name]) => lock.packages[`node_modules/${name}`] === undefined)
    .map(([name, version]) => ({ name, version, dev: owner.dev === true })),
);
for (const { name, version, dev } of missing) {
  const platform = /-(android|darwin|freebsd|linux|win32)-(arm64|armv7|x64)(?:-(musl))?$/.exec(
    name,
  );
  if (platform === null) throw new Error(`${name} names no platform: install it`);
  const [, os = "", cpu = "", libc] = platform;
  lock.packages[`node_modules/${name}`] = {
    version,
    cpu: [cpu === "armv7" ? "arm" : cpu],
    ...(dev ? { dev } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    os: [os],
  };
}
const [root, ...others] = Object.entries(lock.packages);
if (root === undefined) throw new Error("an empty lock");
lock.packages = Object.fromEntries([root, ...others.sort(([a], [b]) => (a < b ? -1 : 1))]);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${missing.length} packages of other platforms added`);
