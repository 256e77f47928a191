import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tinyPng } from "../../../support/tiny-png.ts";

/** A provider that sells images, and knows what it sold. */
export interface Shop {
  readonly url: string;
  /** How often each prompt was bought. */
  readonly sold: ReadonlyMap<string, number>;
}

/** How long an image takes, in milliseconds: so long that a process can die meanwhile. */
const workMs = 400;

/** Starts one that answers as OpenAI does: with the image, once it is made. */
export async function startSyncShop(): Promise<Shop> {
  const till = new Till();
  const server = createServer(async (request, response) => {
    const { prompt } = await bodyOf(request);
    const image = till.sell(String(prompt));
    setTimeout(() => {
      send(response, 200, { created: 1, data: [{ b64_json: image.toString("base64") }] });
    }, workMs);
  });
  return { url: await listen(server), sold: till.sold };
}

/** Starts one that answers as Replicate does: with a job, which can be asked for. */
export async function startJobShop(): Promise<Shop> {
  const till = new Till();
  const jobs = new Map<string, { readonly image: Buffer; readonly doneAt: number }>();
  const server = createServer(async (request, response) => {
    const [what = "", id = ""] = (request.url ?? "").split("/").slice(2);
    if (request.method === "POST" && what === "models") {
      const { input } = (await bodyOf(request)) as { readonly input: { readonly prompt: string } };
      const made = `job${jobs.size}`;
      jobs.set(made, { image: till.sell(input.prompt), doneAt: performance.now() + workMs });
      send(response, 201, prediction(made, "starting", null));
      return;
    }
    const job = jobs.get(id);
    if (job === undefined) send(response, 404, { detail: "Not found" });
    else if (what === "files") response.end(job.image);
    else if (performance.now() < job.doneAt)
      send(response, 200, prediction(id, "processing", null));
    else {
      const output = `http://${request.headers.host}/v1/files/${id}`;
      send(response, 200, prediction(id, "succeeded", output));
    }
  });
  return { url: await listen(server), sold: till.sold };
}

/** Counts what is sold. Each image is one of a kind: its size is its number. */
class Till {
  readonly sold = new Map<string, number>();
  #images = 0;

  sell(prompt: string): Buffer {
    this.sold.set(prompt, (this.sold.get(prompt) ?? 0) + 1);
    const number = this.#images++;
    return tinyPng(1 + (number % 100), 1 + Math.floor(number / 100));
  }
}

function prediction(id: string, status: string, output: string | null): object {
  return { id, status, output, error: null, metrics: {} };
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("no TCP address");
      resolve(`http://127.0.0.1:${address.port}/v1`);
    });
  });
}
