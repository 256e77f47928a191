import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { s3 } from "./s3.ts";
import { type RunningGateway, root, startGateway } from "./start-gateway.ts";

/**
 * Real clients of other makers against the process as a user starts it: Go and
 * Python from generated stubs, grpcurl by reflection, and Connect-Web in a
 * headless Chromium page of another origin; and the process against an S3 server.
 * It installs what it needs and fails
 * when it cannot.
 */
const cache = join(root, "node_modules/.cache/interop");
const versions = {
  protocGenGo: "google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12",
  protocGenGoGrpc: "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2",
  grpcurl: "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4",
  goModules: ["google.golang.org/grpc@v1.85.0", "google.golang.org/protobuf@v1.36.12"],
};

/** A certificate for 127.0.0.1 and its key, and the key of the only caller. */
const certificate = join(root, "test/transport/fixtures/self-signed.pem");
const callerKey = "the-key-of-other-languages";

let passed = 0;
let failed = 0;

mkdirSync(cache, { recursive: true });
const rules = `
sandbox: true
routes:
  - models: [gemini-3-pro-image]
    targets: [{ provider: gemini }, { provider: openai, model: gpt-image-2, priority: 1 }]
`;
const gateway = await startGateway(`
server: { listen: 127.0.0.1:0, grpc: 127.0.0.1:0, cors: { origins: ["*"] } }
${rules}`);
const secured = await startGateway(`
server:
  listen: 127.0.0.1:0
  grpc: 127.0.0.1:0
  tls: { certificate: "\${file:${certificate}}", key: "\${file:${certificate}}" }
callers: { interop: { keys: [${callerKey}] } }
${rules}`);
try {
  await section("go", () => goClient([[gateway.grpc], [secured.grpc, certificate, callerKey]]));
  await section("python", () =>
    pythonClient([[gateway.grpc], [secured.listen, certificate, callerKey]]),
  );
  await section("grpcurl", () => grpcurl(gateway));
  await section("s3", () => s3(check, cache));
  await section("browser", () => browser(`http://${gateway.listen}`));
} finally {
  gateway.process.kill("SIGTERM");
  secured.process.kill("SIGTERM");
}
console.log(`\n${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;

async function section(name: string, run: () => Promise<void> | void): Promise<void> {
  console.log(`\n== ${name}`);
  try {
    await run();
  } catch (problem) {
    report(`not ok ${name} could not run: ${problem instanceof Error ? problem.message : problem}`);
  }
}

/** Counts a line of the form "ok NAME" or "not ok NAME: why". */
function report(line: string): void {
  console.log(line);
  if (line.startsWith("ok ")) passed++;
  if (line.startsWith("not ok ")) failed++;
}

/** Runs a program to its end and counts the lines that it prints. */
async function client(program: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((done) => child.once("close", done));
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    report(line);
    lines++;
  }
  const code = await ended;
  if (lines === 0) throw new Error(`it printed nothing and ended with ${code}`);
}

async function goClient(ways: readonly (readonly string[])[]): Promise<void> {
  const bin = join(cache, "bin");
  const environment = {
    ...process.env,
    GOBIN: bin,
    PATH: `${bin}${delimiter}${process.env["PATH"]}`,
  };
  for (const tool of [versions.protocGenGo, versions.protocGenGoGrpc]) {
    execFileSync("go", ["install", tool], {
      env: environment,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  const work = join(cache, "go");
  rmSync(work, { recursive: true, force: true });
  cpSync(join(root, "test/interop/go"), work, { recursive: true });
  const buf = join(root, "node_modules/.bin/buf");
  execFileSync(
    buf,
    [
      ...["generate", root, "--template", join(work, "buf.gen.yaml"), "--output", work],
      ...["--path", join(root, "proto/spillway"), "--path", join(root, "proto/vendor/buf")],
    ],
    { cwd: root, env: environment, stdio: "inherit" },
  );
  const go = (...args: string[]) =>
    execFileSync("go", args, { cwd: work, env: environment, stdio: ["ignore", "ignore", "pipe"] });
  go("get", ...versions.goModules);
  go("mod", "tidy");
  go("build", "-o", join(bin, "interop-client"), ".");
  for (const way of ways) await client(join(bin, "interop-client"), way, work);
}

async function pythonClient(ways: readonly (readonly string[])[]): Promise<void> {
  const work = join(cache, "python");
  const python = join(work, "venv/bin/python");
  if (!existsSync(python)) execFileSync("python3", ["-m", "venv", join(work, "venv")]);
  const source = join(root, "test/interop/python");
  execFileSync(
    python,
    ["-m", "pip", "install", "--quiet", "-r", join(source, "requirements.txt")],
    {
      stdio: "inherit",
    },
  );
  const gen = join(work, "gen");
  rmSync(gen, { recursive: true, force: true });
  mkdirSync(gen, { recursive: true });
  const files = execFileSync("find", ["spillway", "vendor/buf", "-name", "*.proto"], {
    cwd: join(root, "proto"),
    encoding: "utf8",
  });
  execFileSync(
    python,
    [
      ...["-m", "grpc_tools.protoc", "-Iproto", "-Iproto/vendor"],
      ...[`--python_out=${gen}`, `--grpc_python_out=${gen}`],
      ...files
        .trim()
        .split("\n")
        .map((file) => file.replace(/^vendor\//, "")),
    ],
    { cwd: root, stdio: "inherit" },
  );
  cpSync(join(source, "client.py"), join(gen, "client.py"));
  for (const way of ways) await client(python, ["client.py", ...way], gen);
}

function grpcurl({ listen, grpc }: RunningGateway): void {
  const bin = join(cache, "bin");
  execFileSync("go", ["install", versions.grpcurl], {
    env: { ...process.env, GOBIN: bin },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const call = (...args: string[]) =>
    execFileSync(join(bin, "grpcurl"), ["-plaintext", "-max-msg-sz", "67108864", ...args], {
      encoding: "utf8",
    });
  for (const [listener, address] of Object.entries({ connect: listen, grpc })) {
    const services = call(address, "list");
    check(
      `grpcurl lists the services of the ${listener} listener`,
      services.includes("spillway.v1.GatewayService"),
    );
    const answer = JSON.parse(
      call(
        "-d",
        JSON.stringify({
          model: "gpt-image-2",
          textToImage: { prompt: "a boat", options: { delivery: "DELIVERY_BYTES" } },
        }),
        address,
        "spillway.v1.GatewayService/Generate",
      ),
    );
    check(
      `grpcurl gets an image from the ${listener} listener by reflection alone`,
      Buffer.from(answer.images.images[0].data, "base64").length > 1000,
    );
  }
}

function check(name: string, holds: boolean): void {
  report(holds ? `ok ${name}` : `not ok ${name}: it does not hold`);
}

async function browser(gatewayUrl: string): Promise<void> {
  const chromium = findChromium();
  const bundle = await build({
    entryPoints: [join(root, "test/interop/browser/page.ts")],
    bundle: true,
    format: "esm",
    write: false,
  });
  const script = bundle.outputFiles[0]?.text ?? "";
  const answers = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        response.end();
        answers.resolve(body);
      });
    } else if (request.url?.startsWith("/page.js")) {
      response.setHeader("content-type", "text/javascript").end(script);
    } else {
      response
        .setHeader("content-type", "text/html")
        .end('<!doctype html><title>interop</title><script type="module" src="/page.js"></script>');
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const profile = mkdtempSync(join(tmpdir(), "spillway-chromium-"));
  const child = spawn(
    chromium,
    [
      ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/?gateway=${encodeURIComponent(gatewayUrl)}`,
    ],
    { stdio: "ignore" },
  );
  const timer = setTimeout(
    () => answers.reject(new Error("the page did not report in five minutes")),
    300_000,
  );
  try {
    for (const line of (await answers.promise).split("\n")) report(line);
  } finally {
    clearTimeout(timer);
    child.kill();
    server.close();
  }
}

/** Chromium, installed from Debian's packages when it is not there. */
function findChromium(): string {
  const path = "/usr/bin/chromium";
  if (!existsSync(path)) {
    execFileSync("apt-get", ["update", "-qq"], { stdio: "inherit" });
    execFileSync("apt-get", ["install", "-y", "-qq", "chromium"], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  }
  return path;
}
