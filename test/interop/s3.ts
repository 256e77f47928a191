import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Secret } from "../../src/domain/secret.ts";
import { openS3Store, type S3StoreOptions } from "../../src/media/store/s3-store.ts";
import { systemClock } from "../../src/process/system-clock.ts";
import { tinyPng } from "../support/tiny-png.ts";
import { startGateway } from "./start-gateway.ts";

/** An S3 server of another maker; it checks every signature. */
const server = "github.com/versity/versitygw/cmd/versitygw@v1.8.0";
const accessKeyId = "interop";
const secretAccessKey = "interop-secret";

/** Links to images in a real S3 server: through the gateway, and by the store alone. */
export async function s3(
  check: (name: string, holds: boolean) => void,
  cache: string,
): Promise<void> {
  const bin = join(cache, "bin");
  execFileSync("go", ["install", server], {
    env: { ...process.env, GOBIN: bin },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const port = await freePort();
  const child = startServer(join(bin, "versitygw"), port);
  try {
    await accepts(port, child);
    await throughTheGateway(check, `http://127.0.0.1:${port}`, child);
  } finally {
    child.kill();
  }
}

async function throughTheGateway(
  check: (name: string, holds: boolean) => void,
  endpoint: string,
  server: ChildProcess,
): Promise<void> {
  const gateway = await startGateway(
    `server: { listen: 127.0.0.1:0, grpc: 127.0.0.1:0 }
sandbox: true
media:
  store: s3
  bucket: images
  endpoint: ${endpoint}
  path_style: true
  prefix: spillway/
  lifetime: 30m
  access_key_id: ${accessKeyId}
  secret_access_key: "\${S3_SECRET}"
routes:
  - models: [gemini-3-pro-image]
    targets: [{ provider: gemini }]
`,
    { S3_SECRET: secretAccessKey },
  );
  try {
    const asked = Date.now();
    const answer = await generate(gateway.listen);
    const image = answer.images?.images[0];
    const url = image?.url ?? "";
    check("s3: an image that came as bytes is answered as a link", url.startsWith(endpoint));
    check(
      "s3: the link's end is told",
      Math.abs(Date.parse(image?.expireTime ?? "") - asked - 30 * 60_000) < 60_000,
    );
    check(
      "s3: the answer says who made the link",
      answer.adjustments?.some(({ kind }) => kind === "ADJUSTMENT_KIND_EMULATED") === true,
    );
    const linked = await fetch(url);
    const bytes = Buffer.from(await linked.arrayBuffer());
    check("s3: the link gives the image without a key", linked.ok && isPng(bytes));
    check("s3: with its type", linked.headers.get("content-type") === "image/png");
    const part = await fetch(url, { headers: { range: "bytes=0-7" } });
    check("s3: and in part", part.status === 206 && (await part.arrayBuffer()).byteLength === 8);
    const bare = await fetch(url.split("?", 1)[0] ?? "");
    check("s3: the bucket stays private", bare.status === 403);
    const forged = await fetch(url.replace(/Expires=\d+/, "Expires=86400"));
    check("s3: nobody can prolong a link", forged.status === 403);

    await byTheStore(check, endpoint);

    const closed = new Promise((resolve) => server.once("close", resolve));
    server.kill();
    await closed;
    const kept = await generate(gateway.listen);
    check(
      "s3: an image is not lost when the server is gone: it arrives as bytes",
      isPng(Buffer.from(kept.images?.images[0]?.data ?? "", "base64")),
    );
    const dropped = kept.adjustments?.find(({ field }) => field === "options.delivery");
    check(
      "s3: and the answer says why",
      dropped?.kind === "ADJUSTMENT_KIND_DROPPED" && dropped.reason.includes("ECONNREFUSED"),
    );
  } finally {
    gateway.process.kill("SIGTERM");
  }
}

async function byTheStore(
  check: (name: string, holds: boolean) => void,
  endpoint: string,
): Promise<void> {
  const options: S3StoreOptions = {
    bucket: "images",
    region: "us-east-1",
    endpoint,
    pathStyle: true,
    prefix: "",
    credentials: {
      accessKeyId: new Secret(accessKeyId),
      secretAccessKey: new Secret(secretAccessKey),
    },
    lifetimeMs: 60_000,
    clock: systemClock,
  };
  const put = async (over: Partial<S3StoreOptions>) => {
    const store = await openS3Store({ ...options, ...over });
    const result = await store.put(tinyPng(4, 4), "image/png", new AbortController().signal);
    await store.close();
    return result;
  };
  const late = await put({ clock: { ...systemClock, now: () => Date.now() - 120_000 } });
  check("s3: a link ends", late.kind === "stored" && (await fetch(late.url)).status === 403);
  const { accessKeyId: key } = options.credentials ?? {};
  const wrong = await put({
    credentials: { accessKeyId: key ?? new Secret(""), secretAccessKey: new Secret("wrong") },
  });
  check(
    "s3: a wrong key is said by the server's name for it",
    wrong.kind === "failed" && wrong.message.includes("SignatureDoesNotMatch"),
  );
  const nowhere = await put({ bucket: "nowhere" });
  check(
    "s3: and so is a bucket that is not there",
    nowhere.kind === "failed" && nowhere.message.includes("NoSuchBucket"),
  );
}

/** What of an answer is looked at. */
interface Answer {
  readonly images?: {
    readonly images: readonly {
      readonly url?: string;
      readonly data?: string;
      readonly expireTime?: string;
    }[];
  };
  readonly adjustments?: readonly {
    readonly field: string;
    readonly kind: string;
    readonly reason: string;
  }[];
}

async function generate(listen: string): Promise<Answer> {
  const response = await fetch(`http://${listen}/spillway.v1.GatewayService/Generate`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: "gemini-3-pro-image",
      textToImage: {
        prompt: "a paper boat",
        options: { format: "IMAGE_FORMAT_PNG", delivery: "DELIVERY_URL" },
      },
    }),
  });
  return (await response.json()) as Answer;
}

function isPng(bytes: Buffer): boolean {
  return bytes.length > 1000 && bytes.readUInt32BE(0) === 0x89504e47;
}

/** Starts the server over a directory with one bucket; what belongs to a file beside its bytes lies next to it. */
function startServer(program: string, port: number): ChildProcess {
  const directory = mkdtempSync(join(tmpdir(), "spillway-s3-"));
  for (const name of ["data/images", "sidecar"]) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  return spawn(
    program,
    [
      ...["--quiet", "--port", `127.0.0.1:${port}`],
      ...["--access", accessKeyId, "--secret", secretAccessKey],
      ...["posix", "--sidecar", join(directory, "sidecar"), join(directory, "data")],
    ],
    { stdio: "ignore" },
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const holder = createServer().listen(0, "127.0.0.1", () => {
      const address = holder.address();
      holder.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

async function accepts(port: number, server: ChildProcess): Promise<void> {
  while (server.exitCode === null && server.signalCode === null) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await wait(100);
  }
  throw new Error("the S3 server ended before it listened");
}
