import { answer } from "../ask.ts";
import { type Shop, startJobShop, startSyncShop } from "./shop.ts";

/** A process with a provider that sells images. */
let shop: Shop | undefined;

answer({
  async open(kind: "sync" | "job") {
    shop = await (kind === "sync" ? startSyncShop() : startJobShop());
    return shop.url;
  },
  sold: () => [...(shop?.sold ?? [])],
});
