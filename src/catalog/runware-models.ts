import type { Model } from "../domain/model.ts";
import {
  draws,
  drawsAndEdits,
  edits,
  model,
  offer,
  pricesFrom,
  runwarePrices,
} from "./describe-model.ts";

const onRunware = pricesFrom(runwarePrices);

/** Models that are known at Runware only. */
export const runwareModels: readonly Model[] = [
  model("flux-fill-dev", "FLUX.1 Fill dev", [], [offer("runware", "runware:102@1", edits)]),
  model(
    "flux-kontext-dev",
    "FLUX.1 Kontext dev",
    ["flux.1-kontext-dev"],
    [offer("runware", "runware:106@1", edits, [onRunware.perImage(0.0105, { size: "1024x1024" })])],
  ),
  model(
    "flux-krea-dev",
    "FLUX.1 Krea dev",
    ["flux.1-krea-dev"],
    [offer("runware", "runware:107@1", drawsAndEdits)],
  ),
  model("flux-dev-srpo", "FLUX.1 dev SRPO", [], [offer("runware", "runware:111@1", drawsAndEdits)]),
  model(
    "hidream-i1-full",
    "HiDream-I1 Full",
    [],
    [offer("runware", "runware:97@1", draws, [onRunware.perImage(0.009, { size: "1024x1024" })])],
  ),
  model("hidream-i1-dev", "HiDream-I1 Dev", [], [offer("runware", "runware:97@2", draws)]),
  model("hidream-i1-fast", "HiDream-I1 Fast", [], [offer("runware", "runware:97@3", draws)]),
  model("hunyuan-image-3", "HunyuanImage 3", [], [offer("runware", "runware:180@1", draws)]),
  model(
    "juggernaut-xl",
    "Juggernaut XL",
    [],
    [offer("runware", "civitai:133005@782002", drawsAndEdits)],
  ),
  model(
    "seedream-5-pro",
    "Seedream 5 Pro",
    ["seedream-5.0-pro"],
    [offer("runware", "bytedance:seedream@5.0-pro", drawsAndEdits)],
  ),
  model("krea-2-medium", "Krea 2 Medium", [], [offer("runware", "krea:krea@2-medium", draws)]),
  model("krea-2-large", "Krea 2 Large", [], [offer("runware", "krea:krea@2-large", draws)]),
  model("krea-2-turbo", "Krea 2 Turbo", [], [offer("runware", "krea:krea@2-turbo", draws)]),
  model("reve-2", "Reve 2", [], [offer("runware", "reve:2@1", draws)]),
  model(
    "bria-fibo",
    "Bria FIBO",
    [],
    [offer("runware", "bria:20@1", draws, [onRunware.perImage(0.04, { size: "1024x1024" })])],
  ),
  model(
    "riverflow-2.5-pro",
    "Riverflow 2.5 Pro",
    [],
    [offer("runware", "sourceful:riverflow-2.5@pro", draws)],
  ),
];
