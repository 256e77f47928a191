import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHelper } from "./ask.ts";
import { type GatewayProcess, startGatewayProcess } from "./gateway-process.ts";
import { openGrpcCaller } from "./grpc-calls.ts";
import { askWithKey, type KeyEnd, promptOf } from "./key-callers.ts";
import { isWanted, type LoadSettings, pass, type Row, type Scenario } from "./scenario.ts";

/** A process that is killed, again and again, while callers buy with idempotency keys. */
export const duplicates: Scenario = {
  name: "duplicates",
  must: "Keys are each used by three callers at once, while the process is killed (-9) and started again: nothing is bought twice, and afterwards every key gives the one image, or AMBIGUOUS_OUTCOME.",
  columns: ["provider", "keys", "kills", "bought", "bought twice", "images", "ambiguous", "wrong"],
  async *run(settings) {
    for (const [name, shop] of Object.entries(shops)) {
      if (isWanted(settings, name)) yield buyMuch(name, shop, settings);
    }
  },
};

/** What kind of provider sells, and what a configuration says of it. */
interface ShopKind {
  readonly kind: "sync" | "job";
  yaml(url: string): string;
}

const shops: Readonly<Record<string, ShopKind>> = {
  "answers with the image (openai)": {
    kind: "sync",
    yaml: (url) => `
providers:
  openai: { keys: [any], base_url: "${url}" }
routes:
  - models: [boat]
    targets: [{ provider: openai, model: gpt-image-1 }]
`,
  },
  "takes a job (replicate)": {
    kind: "job",
    yaml: (url) => `
providers:
  replicate: { keys: [any], base_url: "${url}", allow_private_network: true }
routes:
  - models: [boat]
    targets: [{ provider: replicate, model: black-forest-labs/flux-schnell }]
`,
  },
};

/** How many keys come up in a second. */
const keysPerSecond = 20;
const callersOfAKey = 3;

async function buyMuch(
  name: string,
  { kind, yaml }: ShopKind,
  { keys: count, kills }: LoadSettings,
): Promise<Row> {
  const { ask, stop } = startHelper("./providers/shop-process.ts");
  const url = String(await ask("open", kind));
  const path = join(mkdtempSync(join(tmpdir(), "spillway-keys-")), "keys.sqlite");
  const config = `${yaml(url)}idempotency: { path: "${path}" }\n`;
  let gateway = await startGatewayProcess({ yaml: config });
  const again = async (): Promise<GatewayProcess> => {
    await gateway.end("SIGKILL");
    return startGatewayProcess({ yaml: config, at: gateway });
  };
  const caller = openGrpcCaller(gateway.grpc);
  const keys = Array.from({ length: count }, (_, number) => `key ${number}`);

  const buying = Promise.all(
    keys.map(async (key, number) => {
      await pass((number * 1000) / keysPerSecond);
      const asking = Array.from({ length: callersOfAKey }, () => askWithKey(caller, key));
      return Promise.all(asking);
    }),
  );
  for (let kill = 1; kill <= kills; kill++) {
    await pass((count * 1000) / keysPerSecond / (kills + 1));
    gateway = await again();
  }
  const told = await buying;
  // Whatever is only in the process's memory is not kept.
  gateway = await again();
  const later = await Promise.all(keys.map((key) => askWithKey(caller, key)));
  const sold = new Map((await ask("sold")) as readonly (readonly [string, number])[]);
  caller.close();
  await gateway.end("SIGTERM");
  stop();

  const twice = keys.filter((key) => (sold.get(promptOf(key)) ?? 0) > 1).length;
  const wrong = keys.filter((_, number) => !agree(told[number] ?? [], later[number])).length;
  const images = later.filter((end) => end.kind === "image").length;
  const ambiguous = later.filter((end) => end.kind === "ambiguous").length;
  const bought = [...sold.values()].reduce((sum, times) => sum + times, 0);
  return {
    cells: [name, count, kills, bought, twice, images, ambiguous, wrong].map(String),
    met: twice === 0 && wrong === 0,
  };
}

/** Whether a key's callers were told the same as whoever asks later, who gets what is kept. */
function agree(told: readonly KeyEnd[], later: KeyEnd | undefined): boolean {
  if (later?.kind === "ambiguous") return told.every(({ kind }) => kind === "ambiguous");
  if (later?.kind !== "image" || !later.replayed) return false;
  return told.every((end) => end.kind === "image" && end.digest === later.digest);
}
