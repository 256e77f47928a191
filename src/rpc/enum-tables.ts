import {
  AttemptOutcome,
  AttemptReason,
  DeliveryState,
  FailureClass,
} from "../../gen/spillway/v1/attempt_pb.ts";
import {
  FinishReason,
  ReasoningEffort,
  Role,
  ToolChoiceMode,
} from "../../gen/spillway/v1/chat_pb.ts";
import { CostBasis } from "../../gen/spillway/v1/cost_pb.ts";
import {
  AdjustmentKind,
  DuplicateSpend,
  ParameterMode,
  RefusalPolicy,
} from "../../gen/spillway/v1/generate_pb.ts";
import {
  Background,
  Delivery,
  ImageFormat,
  MaskPolarity,
  Quality,
  Resolution,
} from "../../gen/spillway/v1/image_pb.ts";
import { HealthState, Operation, ProviderKind } from "../../gen/spillway/v1/provider_pb.ts";
import { ResolutionStep, Strategy } from "../../gen/spillway/v1/route_pb.ts";
import type { Adjustment } from "../domain/adjustment.ts";
import type * as attempt from "../domain/attempt.ts";
import type { Cost } from "../domain/cost.ts";
import type * as failure from "../domain/failure.ts";
import type { RefusalPolicy as DomainRefusalPolicy } from "../domain/generate-request.ts";
import type * as image from "../domain/image-options.ts";
import type { Operation as DomainOperation } from "../domain/operation.ts";
import type { FinishReason as DomainFinishReason } from "../domain/output.ts";
import type { Strategy as DomainStrategy } from "../domain/rule.ts";
import type * as task from "../domain/task.ts";
import type { ProviderView } from "../gateway/gateway.ts";
import type { Provider } from "../providers/provider.ts";
import type { Choice, ResolutionStep as DomainResolutionStep } from "../router/plan.ts";

/** A word of the domain and its number in the contract; the compiler sees that no word is missing. */
export type EnumTable<Word extends string, Value extends number> = Readonly<Record<Word, Value>>;

/** What can be asked. */
export const operation: EnumTable<DomainOperation, Operation> = {
  text_to_image: Operation.TEXT_TO_IMAGE,
  image_edit: Operation.IMAGE_EDIT,
  image_upscale: Operation.IMAGE_UPSCALE,
  chat: Operation.CHAT,
};

/** The scale of an image. */
export const resolution: EnumTable<image.Resolution, Resolution> = {
  "1K": Resolution.RESOLUTION_1K,
  "2K": Resolution.RESOLUTION_2K,
  "4K": Resolution.RESOLUTION_4K,
};

/** How much work goes into an image. */
export const quality: EnumTable<image.Quality, Quality> = {
  auto: Quality.AUTO,
  low: Quality.LOW,
  medium: Quality.MEDIUM,
  high: Quality.HIGH,
};

/** What is behind the subject of an image. */
export const background: EnumTable<image.Background, Background> = {
  auto: Background.AUTO,
  transparent: Background.TRANSPARENT,
  opaque: Background.OPAQUE,
};

/** File formats. */
export const imageFormat: EnumTable<image.ImageFormat, ImageFormat> = {
  png: ImageFormat.PNG,
  jpeg: ImageFormat.JPEG,
  webp: ImageFormat.WEBP,
  avif: ImageFormat.AVIF,
  gif: ImageFormat.GIF,
};

/** Whether an image arrives as bytes or as a link. */
export const delivery: EnumTable<image.ImageDelivery, Delivery> = {
  bytes: Delivery.BYTES,
  url: Delivery.URL,
};

/** How a mask is read. */
export const maskPolarity: EnumTable<task.ImageEditTask["maskPolarity"], MaskPolarity> = {
  transparent_is_edited: MaskPolarity.TRANSPARENT_IS_EDITED,
  white_is_edited: MaskPolarity.WHITE_IS_EDITED,
  black_is_edited: MaskPolarity.BLACK_IS_EDITED,
};

/** Who speaks. */
export const role: EnumTable<task.Role, Role> = {
  system: Role.SYSTEM,
  user: Role.USER,
  assistant: Role.ASSISTANT,
  tool: Role.TOOL,
};

/** Whether the model may ask for a tool. */
export const toolChoiceMode: EnumTable<task.ToolChoice["mode"], ToolChoiceMode> = {
  auto: ToolChoiceMode.AUTO,
  none: ToolChoiceMode.NONE,
  required: ToolChoiceMode.REQUIRED,
};

/** How long the model may think. */
export const reasoningEffort: EnumTable<task.ReasoningEffort, ReasoningEffort> = {
  none: ReasoningEffort.NONE,
  minimal: ReasoningEffort.MINIMAL,
  low: ReasoningEffort.LOW,
  medium: ReasoningEffort.MEDIUM,
  high: ReasoningEffort.HIGH,
};

/** Why an answer ended. */
export const finishReason: EnumTable<DomainFinishReason, FinishReason> = {
  stop: FinishReason.STOP,
  length: FinishReason.LENGTH,
  tool_calls: FinishReason.TOOL_CALLS,
  content_filter: FinishReason.CONTENT_FILTER,
  unspecified: FinishReason.UNSPECIFIED,
};

/** What to do with a parameter that a provider cannot honour. */
export const parameterMode: EnumTable<"adapt" | "strict", ParameterMode> = {
  adapt: ParameterMode.ADAPT,
  strict: ParameterMode.STRICT,
};

/** What to do when a provider refuses. */
export const refusalPolicy: EnumTable<DomainRefusalPolicy, RefusalPolicy> = {
  stop: RefusalPolicy.STOP,
  next: RefusalPolicy.NEXT,
};

/** Whether the same work may be paid twice. */
export const duplicateSpend: EnumTable<"allow" | "forbid", DuplicateSpend> = {
  allow: DuplicateSpend.ALLOW,
  forbid: DuplicateSpend.FORBID,
};

/** What was done to a parameter. */
export const adjustmentKind: EnumTable<Adjustment["kind"], AdjustmentKind> = {
  converted: AdjustmentKind.CONVERTED,
  emulated: AdjustmentKind.EMULATED,
  dropped: AdjustmentKind.DROPPED,
};

/** Why a target was tried. */
export const attemptReason: EnumTable<attempt.AttemptReason, AttemptReason> = {
  first: AttemptReason.FIRST,
  failover: AttemptReason.FAILOVER,
  retry: AttemptReason.RETRY,
  hedge: AttemptReason.HEDGE,
  missing_images: AttemptReason.MISSING_IMAGES,
  fallback_model: AttemptReason.FALLBACK_MODEL,
};

/** How an attempt ended. */
export const attemptOutcome: EnumTable<attempt.AttemptOutcome, AttemptOutcome> = {
  succeeded: AttemptOutcome.SUCCEEDED,
  partial: AttemptOutcome.PARTIAL,
  failed: AttemptOutcome.FAILED,
  skipped: AttemptOutcome.SKIPPED,
  cancelled: AttemptOutcome.CANCELLED,
};

/** What kind of failure it was. */
export const failureClass: EnumTable<failure.FailureClass, FailureClass> = {
  never_sent: FailureClass.NEVER_SENT,
  overloaded: FailureClass.OVERLOADED,
  server_fault: FailureClass.SERVER_FAULT,
  timeout: FailureClass.TIMEOUT,
  ambiguous: FailureClass.AMBIGUOUS,
  quota: FailureClass.QUOTA,
  credential: FailureClass.CREDENTIAL,
  model_gone: FailureClass.MODEL_GONE,
  unsupported_here: FailureClass.UNSUPPORTED_HERE,
  caller_fault: FailureClass.CALLER_FAULT,
  refused: FailureClass.REFUSED,
  cancelled: FailureClass.CANCELLED,
  deadline: FailureClass.DEADLINE,
  unknown: FailureClass.UNKNOWN,
};

/** Whether a provider got a request. */
export const deliveryState: EnumTable<failure.DeliveryState, DeliveryState> = {
  not_sent: DeliveryState.NOT_SENT,
  sent: DeliveryState.SENT,
  ambiguous: DeliveryState.AMBIGUOUS,
};

/** How an amount is known. */
export const costBasis: EnumTable<Cost["basis"], CostBasis> = {
  reported: CostBasis.REPORTED,
  priced: CostBasis.PRICED,
  unknown: CostBasis.UNKNOWN,
};

/** What kind of provider. */
export const providerKind: EnumTable<Provider["kind"], ProviderKind> = {
  text: ProviderKind.TEXT,
  image: ProviderKind.IMAGE,
  custom: ProviderKind.CUSTOM,
};

/** How a provider does. */
export const healthState: EnumTable<ProviderView["health"], HealthState> = {
  unknown: HealthState.UNSPECIFIED,
  healthy: HealthState.HEALTHY,
  degraded: HealthState.DEGRADED,
  cooling_down: HealthState.COOLING_DOWN,
  ejected: HealthState.EJECTED,
  probing: HealthState.PROBING,
};

/** How a model's name was understood. */
export const resolutionStep: EnumTable<DomainResolutionStep, ResolutionStep> = {
  exact_rule: ResolutionStep.EXACT_RULE,
  forced: ResolutionStep.FORCED,
  openrouter: ResolutionStep.OPENROUTER,
  pattern_rule: ResolutionStep.PATTERN_RULE,
  catalog: ResolutionStep.CATALOG,
};

/**
 * Turns a table round: gives the word of a number, or undefined for
 * UNSPECIFIED and for numbers that the contract does not know.
 */
export function reader<Word extends string, Value extends number>(
  table: EnumTable<Word, Value>,
): (value: number) => Word | undefined {
  const words = new Map<number, Word>();
  for (const word in table) if (table[word] !== 0) words.set(table[word], word);
  return (value) => words.get(value);
}

/** How the targets of a priority group are put in order. */
export const strategy: EnumTable<DomainStrategy | Choice["strategy"], Strategy> = {
  weighted: Strategy.WEIGHTED,
  fastest: Strategy.FASTEST,
  cheapest: Strategy.CHEAPEST,
  routing_key: Strategy.ROUTING_KEY,
};
