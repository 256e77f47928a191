import type { Model } from "../domain/model.ts";
import { alibabaModels } from "./alibaba-models.ts";
import { blackForestLabsModels } from "./black-forest-labs-models.ts";
import { googleModels } from "./google-models.ts";
import { ideogramModels } from "./ideogram-models.ts";
import { openAiModels } from "./openai-models.ts";
import { otherModels } from "./other-models.ts";
import { runwareModels } from "./runware-models.ts";
import { stableDiffusionModels } from "./stable-diffusion-models.ts";
import { upscalerModels } from "./upscaler-models.ts";
import { xaiModels } from "./xai-models.ts";

/**
 * Every model that Spillway knows without being told, as of November 2026: what it is
 * called, who has it under which name, and what it costs there. Names with a
 * vendor's prefix are OpenRouter's, so no id and no alias has one.
 */
export const models: readonly Model[] = [
  ...openAiModels,
  ...googleModels,
  ...blackForestLabsModels,
  ...alibabaModels,
  ...xaiModels,
  ...otherModels,
  ...ideogramModels,
  ...stableDiffusionModels,
  ...runwareModels,
  ...upscalerModels,
];
