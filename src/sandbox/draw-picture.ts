import { createHash } from "node:crypto";
import { letterAdvance, lineAdvance, strokeLine, toLetters } from "./stroke-font.ts";

/** What a picture shows. */
export interface Picture {
  readonly prompt: string;
  /** The provider that claims to have made it. */
  readonly provider: string;
  readonly model: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: "png" | "jpeg" | "webp";
  /** 1 to 100, for the formats that lose something. Default 80. */
  readonly quality?: number | undefined;
  /** Leaves the background out; no effect with JPEG. */
  readonly transparent?: boolean | undefined;
  /** Tells pictures of one prompt apart: a seed, the number of the image. Default 0. */
  readonly variant?: number | undefined;
  /** Said beside the word SANDBOX: "2 OF 3", "PREVIEW". */
  readonly note?: string | undefined;
}

/**
 * Draws the picture that an embedded provider returns in place of a real one:
 * colours from a hash of the prompt, the prompt itself, who made it and how
 * large it is, and the word SANDBOX. The same picture is the same bytes.
 */
export async function drawPicture(picture: Picture): Promise<Buffer> {
  // Loaded with the first picture: it is most of what an idle sandbox would weigh.
  const { default: sharp } = await import("sharp");
  const image = sharp(Buffer.from(svg(picture)));
  switch (picture.format) {
    case "png":
      return image.png({ compressionLevel: 6 }).toBuffer();
    case "jpeg":
      return image.jpeg({ quality: picture.quality ?? 80 }).toBuffer();
    case "webp":
      return image.webp({ quality: picture.quality ?? 80, effort: 1 }).toBuffer();
  }
}

function svg(picture: Picture): string {
  const { width, height } = picture;
  const digest = createHash("sha256")
    .update(`${picture.variant ?? 0} ${picture.prompt}`)
    .digest();
  const scenery = picture.transparent === true ? "" : landscape(width, height, digest);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${scenery}${caption(picture, digest)}</svg>`;
}

/** A sky, a sun and three ranges of hills, all in one family of colours. */
function landscape(width: number, height: number, digest: Buffer): string {
  const hue = hueOf(digest);
  const sun = {
    x: width * (0.2 + 0.6 * unit(digest, 2)),
    y: height * (0.16 + 0.14 * unit(digest, 3)),
    radius: Math.min(width, height) * (0.07 + 0.06 * unit(digest, 4)),
  };
  let hills = "";
  for (let range = 0; range < 3; range++) {
    hills += `<path fill="hsl(${hue + 12 * range}, ${42 + 6 * range}%, ${58 - 15 * range}%)" d="${hill(width, height, range, digest)}"/>`;
  }
  return `<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl(${hue - 24}, 62%, 74%)"/><stop offset="0.75" stop-color="hsl(${hue + 36}, 82%, 88%)"/></linearGradient></defs><rect width="${width}" height="${height}" fill="url(#sky)"/><circle cx="${sun.x}" cy="${sun.y}" r="${sun.radius * 1.5}" fill="#fff" opacity="0.25"/><circle cx="${sun.x}" cy="${sun.y}" r="${sun.radius}" fill="hsl(${hue + 60}, 95%, 93%)"/>${hills}`;
}

function hill(width: number, height: number, range: number, digest: Buffer): string {
  const base = height * (0.46 + 0.12 * range);
  const swing = height * (0.13 - 0.025 * range);
  const y = (index: number): number => base - swing * (2 * unit(digest, 6 + 5 * range + index) - 1);
  let path = `M0 ${y(0)}`;
  for (let step = 1; step <= 4; step++) {
    const before = (width * (step - 0.5)) / 4;
    path += `C${before} ${y(step - 1)} ${before} ${y(step)} ${(width * step) / 4} ${y(step)}`;
  }
  return `${path}V${height}H0Z`;
}

/** The words, on a dark band so that they can be read on any colour. */
function caption(picture: Picture, digest: Buffer): string {
  const { width, height } = picture;
  const edge = Math.min(width, height);
  const margin = edge * 0.055;
  const room = width - 2 * margin;
  const small = fitting(footer(picture), room, edge * 0.0042);
  const large = edge * 0.0056;
  const lines = wrap(toLetters(picture.prompt), Math.floor(room / (large * letterAdvance)), 4);
  const bandHeight = margin * 1.7 + lines.length * large * lineAdvance + small * 8;
  const top = height - bandHeight;
  const dark = `hsl(${hueOf(digest)}, 45%, 11%)`;

  let markup = `<rect y="${top}" width="${width}" height="${bandHeight}" fill="${dark}" opacity="0.82"/>`;
  let y = top + margin * 0.8;
  for (const line of lines) {
    markup += strokeLine(line, margin, y, large, "#fff");
    y += large * lineAdvance;
  }
  markup += strokeLine(
    footer(picture),
    margin,
    height - margin * 0.7 - small * 6,
    small,
    "#d8dce6",
  );
  return markup + badge(picture, margin, edge, dark);
}

function badge(picture: Picture, margin: number, edge: number, dark: string): string {
  const text = picture.note === undefined ? "SANDBOX" : `SANDBOX ${toLetters(picture.note)}`;
  const size = fitting(text, picture.width - 4 * margin, edge * 0.0058);
  const height = size * 12;
  const width = text.length * letterAdvance * size + size * 8.6;
  return `<rect x="${margin}" y="${margin}" width="${width}" height="${height}" rx="${height / 2}" fill="${dark}" opacity="0.82"/>${strokeLine(text, margin + size * 5, margin + size * 3, size, "#fff", 1)}`;
}

function footer(picture: Picture): string {
  return toLetters(
    `${picture.provider} / ${picture.model} / ${picture.width}x${picture.height} ${picture.format}`,
  );
}

/** The largest unit, at most `wanted`, with which a line of text fits into a width. */
function fitting(text: string, width: number, wanted: number): number {
  return Math.min(wanted, width / (text.length * letterAdvance));
}

/** Breaks a text into lines of at most so many letters; what is too long ends with dots. */
function wrap(text: string, letters: number, maxLines: number): readonly string[] {
  const limit = Math.max(letters, 4);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((long) => chop(long, limit))) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= limit) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
    if (lines.length === maxLines) break;
  }
  if (lines.length < maxLines) return [...lines, line];
  const last = lines[maxLines - 1] ?? "";
  return [...lines.slice(0, -1), `${last.slice(0, limit - 3)}...`];
}

function chop(word: string, limit: number): readonly string[] {
  const pieces: string[] = [];
  for (let start = 0; start < word.length; start += limit) {
    pieces.push(word.slice(start, start + limit));
  }
  return pieces;
}

function hueOf(digest: Buffer): number {
  return Math.floor(unit(digest, 0) * 360);
}

/** A byte of the digest as a number from 0 to 1. */
function unit(digest: Buffer, index: number): number {
  return (digest[index % digest.length] ?? 0) / 255;
}
