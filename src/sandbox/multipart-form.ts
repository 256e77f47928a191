/** One part of a form. */
export interface FormPart {
  readonly name: string;
  /** Undefined for a plain field. */
  readonly filename: string | undefined;
  /** As it was sent, in lower case. Undefined when it was not. */
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

/**
 * Reads the body of a multipart form (RFC 7578), strictly: every line ends in CR LF,
 * every part says that it is form data and has a name, and the closing boundary is
 * there. Undefined when the body is no such form.
 */
export function parseForm(body: Buffer, contentType: string): readonly FormPart[] | undefined {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return undefined;
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first boundary may stand at the very beginning, with no line before it.
  const bytes = Buffer.concat([lineEnd, body]);
  const parts: FormPart[] = [];
  let at = bytes.indexOf(delimiter);
  while (at !== -1) {
    const start = at + delimiter.length;
    if (startsWith(bytes, start, "--")) return parts;
    if (!startsWith(bytes, start, "\r\n")) return undefined;
    const next = bytes.indexOf(delimiter, start);
    if (next === -1) return undefined;
    const part = parsePart(bytes.subarray(start + lineEnd.length, next));
    if (part === undefined) return undefined;
    parts.push(part);
    at = next;
  }
  return undefined;
}

const lineEnd = Buffer.from("\r\n");
const headEnd = Buffer.from("\r\n\r\n");

function boundaryOf(contentType: string): string | undefined {
  const [type = "", ...parameters] = contentType.split(";");
  if (type.trim().toLowerCase() !== "multipart/form-data") return undefined;
  for (const parameter of parameters) {
    const match = /^\s*boundary=(?:"([^"]{1,70})"|([^\s"]{1,70}))\s*$/i.exec(parameter);
    if (match !== null) return match[1] ?? match[2];
  }
  return undefined;
}

function parsePart(part: Buffer): FormPart | undefined {
  const end = part.indexOf(headEnd);
  if (end === -1) return undefined;
  const headers = new Map<string, string>();
  for (const line of part.subarray(0, end).toString("utf8").split("\r\n")) {
    const match = /^([\w-]+):\s*(.*)$/.exec(line);
    if (match === null) return undefined;
    headers.set((match[1] ?? "").toLowerCase(), match[2] ?? "");
  }
  const disposition = headers.get("content-disposition") ?? "";
  const name = quoted(disposition, "name");
  if (!/^form-data\s*;/i.test(disposition) || name === undefined) return undefined;
  return {
    name,
    filename: quoted(disposition, "filename"),
    contentType: headers.get("content-type")?.trim().toLowerCase(),
    bytes: part.subarray(end + headEnd.length),
  };
}

function quoted(disposition: string, parameter: string): string | undefined {
  return new RegExp(`;\\s*${parameter}="([^"]*)"`, "i").exec(disposition)?.[1];
}

function startsWith(bytes: Buffer, at: number, text: string): boolean {
  return bytes.toString("latin1", at, at + text.length) === text;
}
