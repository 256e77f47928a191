import type { ImageFormat } from "../domain/image-options.ts";

/** What the first bytes of an image tell. */
export interface SniffedImage {
  readonly format: ImageFormat;
  readonly mimeType: string;
  /** Pixels, as stored: an orientation in the metadata is not applied. */
  readonly width: number;
  readonly height: number;
}

/**
 * Reads type and size from the first bytes of an image. Undefined when they are
 * no PNG, JPEG, WebP, AVIF or GIF, have no pixels, or end before they tell the
 * size. It decodes nothing and allocates nothing but its result.
 *
 * Sources: PNG 3rd edition §11.2.1; GIF89a §18; ITU T.81 §B.2.2; RFC 9649 §2.5
 * to §2.7; ISO/IEC 23008-12 §6.5.3.
 */
export function sniffImage(bytes: Uint8Array): SniffedImage | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 10) return undefined;
  switch (view.getUint8(0)) {
    case 0x89:
      return sniffPng(view);
    case 0xff:
      return sniffJpeg(view);
    case 0x47:
      return sniffGif(view);
    case 0x52:
      return sniffWebp(view);
    case 0x00:
      return sniffAvif(view);
    default:
      return undefined;
  }
}

function sniffed(format: ImageFormat, width: number, height: number): SniffedImage | undefined {
  if (width === 0 || height === 0) return undefined;
  return { format, mimeType: `image/${format}`, width, height };
}

function sniffPng(view: DataView): SniffedImage | undefined {
  if (view.byteLength < 24) return undefined;
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return undefined;
  if (view.getUint32(12) !== fourCc("IHDR")) return undefined;
  return sniffed("png", view.getUint32(16), view.getUint32(20));
}

function sniffGif(view: DataView): SniffedImage | undefined {
  if (view.getUint32(0) !== fourCc("GIF8")) return undefined;
  const version = view.getUint16(4);
  if (version !== 0x3761 && version !== 0x3961) return undefined;
  return sniffed("gif", view.getUint16(6, true), view.getUint16(8, true));
}

function sniffJpeg(view: DataView): SniffedImage | undefined {
  if (view.getUint16(0) !== 0xffd8 || view.getUint8(2) !== 0xff) return undefined;
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      // Any number of fill bytes may stand before a marker.
      at += 1;
    } else if (isFrameHeader(marker)) {
      return sniffed("jpeg", view.getUint16(at + 7), view.getUint16(at + 5));
    } else if (marker === 0xd9 || marker === 0xda) {
      return undefined;
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
  return undefined;
}

/** SOF0 to SOF15, without the three markers in between that mean something else. */
function isFrameHeader(marker: number): boolean {
  if (marker < 0xc0 || marker > 0xcf) return false;
  return marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function sniffWebp(view: DataView): SniffedImage | undefined {
  if (view.byteLength < 30) return undefined;
  if (view.getUint32(0) !== fourCc("RIFF") || view.getUint32(8) !== fourCc("WEBP")) {
    return undefined;
  }
  switch (view.getUint32(12)) {
    case fourCc("VP8 "): {
      if (view.getUint16(23) !== 0x9d01 || view.getUint8(25) !== 0x2a) return undefined;
      // The upper two bits are a scale for display.
      return sniffed("webp", view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
    }
    case fourCc("VP8L"): {
      if (view.getUint8(20) !== 0x2f) return undefined;
      const bits = view.getUint32(21, true);
      return sniffed("webp", (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case fourCc("VP8X"):
      return sniffed("webp", uint24(view, 24) + 1, uint24(view, 27) + 1);
    default:
      return undefined;
  }
}

function sniffAvif(view: DataView): SniffedImage | undefined {
  if (view.getUint32(4) !== fourCc("ftyp")) return undefined;
  const fileTypeEnd = Math.min(view.getUint32(0), view.byteLength);
  if (!hasAvifBrand(view, fileTypeEnd)) return undefined;
  const meta = findBox(view, fileTypeEnd, view.byteLength, "meta");
  if (meta === undefined) return undefined;
  // "meta" is a full box: a version and flags come before its children.
  const properties = findBox(view, meta.start + 4, meta.end, "iprp");
  const container = properties && findBox(view, properties.start, properties.end, "ipco");
  return container && largestExtent(view, container.start, container.end);
}

function hasAvifBrand(view: DataView, end: number): boolean {
  for (let at = 8; at + 4 <= end; at += 4) {
    const brand = view.getUint32(at);
    if (brand === fourCc("avif") || brand === fourCc("avis")) return true;
  }
  return false;
}

/** Grid tiles and thumbnails have extents of their own; the picture's is the largest. */
function largestExtent(view: DataView, start: number, end: number): SniffedImage | undefined {
  let width = 0;
  let height = 0;
  for (let from = start; from < end; ) {
    const extent = findBox(view, from, end, "ispe");
    if (extent === undefined || extent.start + 12 > view.byteLength) break;
    const extentWidth = view.getUint32(extent.start + 4);
    const extentHeight = view.getUint32(extent.start + 8);
    if (extentWidth * extentHeight > width * height) {
      width = extentWidth;
      height = extentHeight;
    }
    from = extent.end;
  }
  return sniffed("avif", width, height);
}

/** The content of the first box of this type. Its end may lie beyond the bytes at hand. */
function findBox(
  view: DataView,
  from: number,
  end: number,
  type: string,
): { readonly start: number; readonly end: number } | undefined {
  for (let at = from; at + 8 <= Math.min(end, view.byteLength); ) {
    const size = view.getUint32(at);
    // 0 means up to the end of the file; 1 means a 64-bit size, which no header box has.
    const next = size === 0 ? end : at + size;
    if (next < at + 8) return undefined;
    if (view.getUint32(at + 4) === fourCc(type)) return { start: at + 8, end: next };
    at = next;
  }
  return undefined;
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

function fourCc(text: string): number {
  return (
    ((text.charCodeAt(0) << 24) |
      (text.charCodeAt(1) << 16) |
      (text.charCodeAt(2) << 8) |
      text.charCodeAt(3)) >>>
    0
  );
}
