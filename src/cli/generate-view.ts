import type {
  GenerateResponse,
  Progress,
  StreamGenerateResponse,
} from "../../gen/spillway/v1/generate_pb.ts";
import type { Image } from "../../gen/spillway/v1/image_pb.ts";
import { finishedText, startedText } from "./attempt-text.ts";
import type { ImageSaver } from "./image-saver.ts";
import { StatusLine } from "./status-line.ts";
import { printable, type Terminal } from "./terminal.ts";
import { costText, countText, sizeText, timeText } from "./words.ts";

/** Shows one streamed request: attempts and progress on the error stream, results on the other. */
export class GenerateView {
  readonly #terminal: Terminal;
  readonly #saver: ImageSaver;
  readonly #quiet: boolean;
  readonly #status: StatusLine;
  readonly #saved = new Map<number, string>();
  #current = "";
  /** Whether text stands on an unfinished line of the output. */
  #textOpen = false;
  /** Whether the answer's text was streamed, so that it need not be printed at the end. */
  #textSent = false;
  #completed: GenerateResponse | undefined;

  /** `quiet` keeps results off the output, for a caller that prints them itself. */
  constructor(terminal: Terminal, saver: ImageSaver, quiet: boolean) {
    this.#terminal = terminal;
    this.#saver = saver;
    this.#quiet = quiet;
    this.#status = new StatusLine(terminal);
  }

  /** The last message. Undefined until it came. */
  get completed(): GenerateResponse | undefined {
    return this.#completed;
  }

  /** The images' paths, in the order of the images. */
  get files(): readonly string[] {
    return [...this.#saved].toSorted(([a], [b]) => a - b).map(([, path]) => path);
  }

  /** Shows one event. */
  async show({ event }: StreamGenerateResponse): Promise<void> {
    switch (event.case) {
      case "attemptStarted":
        this.#current = startedText(event.value);
        this.#status.show(this.#current);
        return;
      case "attemptFinished":
        this.#endText();
        this.#status.print(finishedText(event.value));
        if (event.value.discardOutput) {
          this.#textSent = false;
          this.#status.print("what it had sent is void");
        }
        return;
      case "progress":
        this.#status.show(`${this.#current}, ${progressText(event.value)}`);
        return;
      case "textDelta":
        if (!event.value.reasoning) this.#write(event.value.text);
        return;
      case "image":
        if (event.value.image !== undefined) await this.#save(event.value.index, event.value.image);
        return;
      case "completed":
        await this.#complete(event.value);
        return;
    }
  }

  /** Leaves the terminal tidy when the stream broke off. */
  interrupt(): void {
    this.#endText();
    this.#status.clear();
  }

  async #complete(response: GenerateResponse): Promise<void> {
    this.#completed = response;
    const { output } = response;
    if (output.case === "chat" && !this.#textSent) this.#write(output.value.text);
    if (output.case === "images") {
      for (const [index, image] of output.value.images.entries()) await this.#save(index, image);
    }
    this.#endText();
    for (const { field, requested, applied, provider, reason } of response.adjustments) {
      const change = applied === "" ? "was dropped" : `became ${applied}`;
      this.#status.print(`${provider}: ${field} ${requested} ${change}. ${reason}`.trimEnd());
    }
    this.#status.print(summary(response));
  }

  async #save(index: number, image: Image): Promise<void> {
    if (this.#saved.has(index)) return;
    const { content, mimeType, width, height, provider } = image;
    if (content.case === undefined) return;
    const data = content.case === "data";
    const place = data ? await this.#saver.save(content.value, mimeType) : content.value;
    this.#saved.set(index, place);
    this.#status.clear();
    const size = data ? `, ${sizeText(content.value.length)}` : "";
    if (!this.#quiet) this.#terminal.write(`${printable(place)}\n`);
    this.#status.print(`${width}x${height} ${mimeType}${size}, by ${provider}`);
  }

  #write(text: string): void {
    if (this.#quiet || text === "") return;
    this.#status.clear();
    this.#textOpen = true;
    this.#textSent = true;
    this.#terminal.write(printable(text));
  }

  #endText(): void {
    if (this.#textOpen) this.#terminal.write("\n");
    this.#textOpen = false;
  }
}

function progressText({ fraction, queuePosition }: Progress): string {
  if (fraction !== undefined) return `${Math.round(fraction * 100)} %`;
  if (queuePosition !== undefined) return `${countText(queuePosition, "job")} before it`;
  return "working";
}

function summary(response: GenerateResponse): string {
  const parts = [
    `${response.provider} ${response.upstreamModel}`.trimEnd(),
    countText(response.attempts.length, "attempt"),
    timeText(response.timing?.total),
    `cost ${costText(response.cost)}`,
  ];
  if (response.replayed) parts.push("replayed");
  if (response.sandbox) parts.push("SANDBOX: not real");
  return parts.join(", ");
}
