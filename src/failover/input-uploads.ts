import type { Failure } from "../domain/failure.ts";
import type { ImageBytes, ImageInput, Task } from "../domain/task.ts";
import type { Failed, Uploaded } from "../providers/outcome.ts";
import type { UploadDialect } from "../providers/provider.ts";
import type { AbortScope } from "./abort-scope.ts";
import { exchange, type Line } from "./exchange.ts";
import { mapImages } from "./map-images.ts";

/** What came of handing over the images of a task. */
export type HandOver =
  /** The task has the provider's addresses in the places of its images. */
  { readonly kind: "handed_over"; readonly task: Task } | Failed;

/**
 * The images that one attempt has handed to its provider. The calls of an attempt that
 * shares its work out have them in common: each image goes over once, with the time
 * and the signal of the call that was first.
 */
export class InputUploads {
  readonly #dialect: UploadDialect<Task>;
  readonly #uploads = new Map<ImageInput, Promise<Uploaded | Failed>>();

  constructor(dialect: UploadDialect<Task>) {
    this.#dialect = dialect;
  }

  /** Hands over the images that the call for a task is not to carry, all at the same time. */
  async handOver(task: Task, line: Line, scope: AbortScope): Promise<HandOver> {
    const images = this.#dialect.images(task);
    const uploads = await Promise.all(
      images.map((image) => {
        let upload = this.#uploads.get(image);
        if (upload === undefined) {
          upload = handOne(image, this.#dialect, line, scope);
          this.#uploads.set(image, upload);
        }
        return upload;
      }),
    );
    const addresses = new Map<ImageInput, ImageInput>();
    for (const [index, image] of images.entries()) {
      const upload = uploads[index] as Uploaded | Failed;
      if (upload.kind === "failed") return upload;
      addresses.set(image, { kind: "url", url: upload.url, mimeType: image.mimeType });
    }
    return { kind: "handed_over", task: await withAddresses(task, addresses) };
  }
}

async function handOne(
  image: ImageBytes,
  dialect: UploadDialect<Task>,
  line: Line,
  scope: AbortScope,
): Promise<Uploaded | Failed> {
  const answer = await exchange(line, dialect.request(image), "upload", scope, dialect.failure);
  const upload = answer.kind === "failed" ? answer : dialect.result(answer.reply);
  return upload.kind === "failed" ? boughtNothing(upload.failure) : upload;
}

/**
 * The work itself was not asked for, so that it is all the same whether the image
 * arrived: to hand it over again costs nothing.
 */
function boughtNothing(failure: Failure): Failed {
  return {
    kind: "failed",
    failure: {
      ...failure,
      class: failure.class === "ambiguous" ? "server_fault" : failure.class,
      delivery: "not_sent",
      billed: false,
      message: `An input image was not handed over. ${failure.message}`,
    },
  };
}

async function withAddresses(
  task: Task,
  addresses: ReadonlyMap<ImageInput, ImageInput>,
): Promise<Task> {
  const placed = await mapImages(task, async (image) => addresses.get(image) ?? image);
  if (placed.operation !== "image_edit" || placed.mask === undefined) return placed;
  return { ...placed, mask: addresses.get(placed.mask) ?? placed.mask };
}
