import { base64Head } from "../domain/data-url.ts";
import { Base64Decoder } from "./base64-decoder.ts";

/**
 * One string of a JSON document that stands where media are expected, read as it
 * arrives. It becomes bytes when it is base64, alone or in a "data:" URL, and a
 * string when it is anything else: an ordinary URL, say.
 *
 * The text is kept until 4,096 characters of it were seen to be base64. Should
 * it turn out later that it is none, it is an empty string: megabytes of broken
 * media must not be kept, and the beginning of them must not look whole.
 */
export class MediaString {
  readonly #decoder: Base64Decoder;
  #stage: "head" | "base64" | "text" = "head";
  /** The text as it stands in the document, escapes and all. */
  #raw: Buffer[] = [];
  #rawLength = 0;
  /** Whether the text is known well enough as base64, so that nothing of it is kept. */
  #committed = false;
  /** The first characters, until they tell whether it is a "data:" URL. */
  #head: Buffer = nothing;

  constructor(decoder: Base64Decoder) {
    this.#decoder = decoder;
    decoder.begin();
  }

  /** Takes the next piece, as it stands in the document and with its escapes resolved. */
  write(raw: Buffer, plain: Buffer): void {
    if (!this.#committed) {
      this.#raw.push(raw);
      this.#rawLength += raw.length;
    }
    if (this.#stage === "head") this.#readHead(plain);
    else if (this.#stage === "base64") this.#decode(plain, 0);
  }

  /** Ends the string. Throws a SyntaxError when it is kept as text and is no JSON string. */
  finish(): Uint8Array | string {
    if (this.#stage === "head" && !isDataUrl(this.#head)) this.#decode(this.#head, 0);
    if (this.#stage === "base64") {
      const bytes = this.#decoder.finish();
      if (bytes !== undefined && bytes.length > 0) return bytes;
    }
    this.#decoder.begin();
    return this.#committed ? "" : (JSON.parse(`"${Buffer.concat(this.#raw)}"`) as string);
  }

  #readHead(plain: Buffer): void {
    this.#head = this.#head.length === 0 ? plain : Buffer.concat([this.#head, plain]);
    const head = this.#head;
    if (!isDataUrl(head)) {
      if (!dataScheme.startsWith(schemeOf(head))) this.#decode(head, 0);
      return;
    }
    const comma = head.indexOf(",");
    if (comma < 0) {
      if (head.length > longestDataHead) this.#stage = "text";
    } else if (/;base64$/i.test(head.toString("latin1", 0, comma))) {
      this.#decode(head, comma + 1);
    } else {
      this.#stage = "text";
    }
  }

  #decode(plain: Buffer, from: number): void {
    this.#head = nothing;
    if (!this.#decoder.write(plain, from)) {
      this.#stage = "text";
      return;
    }
    this.#stage = "base64";
    if (!this.#committed && this.#rawLength > sureLength) {
      this.#raw = [];
      this.#committed = true;
    }
  }
}

/** The same for a string that is there already. */
export function decodeMediaText(text: string): Uint8Array | string {
  const head = base64Head(text) ?? "";
  const decoder = new Base64Decoder(Math.floor((text.length * 3) / 4));
  if (!decoder.write(Buffer.from(text), Buffer.byteLength(head))) return text;
  const bytes = decoder.finish();
  return bytes === undefined || bytes.length === 0 ? text : bytes;
}

const nothing = Buffer.alloc(0);
const sureLength = 4096;
const longestDataHead = 1024;
const dataScheme = "data:";

function isDataUrl(head: Buffer): boolean {
  return schemeOf(head) === dataScheme;
}

function schemeOf(head: Buffer): string {
  return head.toString("latin1", 0, dataScheme.length).toLowerCase();
}
