import { createHash } from "node:crypto";
import { type DescMessage, isMessage, type Message, toJsonString } from "@bufbuild/protobuf";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import {
  type GenerateResponse,
  GenerateResponseSchema,
  StreamGenerateResponseSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import type { Image } from "../../gen/spillway/v1/image_pb.ts";
import { asBuffer } from "../domain/as-buffer.ts";
import { lengthOf } from "./message-pieces.ts";

/** The images of one call that stand aside while its responses are written. */
export interface ResponseMedia {
  /** Takes the bytes out of a response. */
  take(message: Message): void;
  /** Puts the bytes into the response that connect-node made of it. */
  restore(response: UniversalServerResponse): UniversalServerResponse;
}

/** The images of one call whose responses are JSON: marks stand in their places. */
export interface JsonMedia extends ResponseMedia {
  /** Writes a response, behind room for a head of `headBytes`. It is left without its images. */
  write(schema: DescMessage, message: Message, headBytes?: number): WrittenJson;
}

/** JSON with images in it, in pieces that are made when they are sent. */
export interface WrittenJson {
  /** In bytes, with the head. */
  readonly length: number;
  /** The room that the first piece begins with, whatever is in it. */
  readonly head: Buffer;
  readonly pieces: Iterable<Uint8Array>;
}

/**
 * Makes what writes images into JSON by Node's own base64. Protobuf-ES writes
 * it in JavaScript, which stops every other call for 100 to 200 ms a megabyte
 * (Node 24, November 2026); Node does it in 1 ms. `secret` makes the marks such
 * that no text of a response can be mistaken for one.
 */
export function jsonMediaFactory(secret: string): () => JsonMedia {
  // 18 bytes are 24 characters of base64 with no padding.
  const mark = createHash("sha256").update(secret).digest().subarray(0, 18);
  const markText = Buffer.from(mark.toString("base64"));

  return () => {
    const shelf: Uint8Array[] = [];

    function take(message: Message): void {
      for (const image of imagesOf(message)) takeFrom(image);
    }

    function takeFrom(image: Image | undefined): void {
      if (image?.content.case !== "data") return;
      shelf.push(image.content.value);
      image.content.value = mark;
    }

    /** The JSON in pieces, with the next images of the shelf in place of its marks. */
    function fill(json: Buffer): Piece[] {
      const pieces: Piece[] = [];
      let from = 0;
      for (let at = json.indexOf(markText); at >= 0; at = json.indexOf(markText, from)) {
        const bytes = shelf.shift() ?? new Uint8Array();
        pieces.push(textPiece(json.subarray(from, at)), base64Piece(bytes));
        from = at + markText.length;
      }
      pieces.push(textPiece(json.subarray(from)));
      return pieces;
    }

    return {
      take,
      write(schema, message, headBytes = 0) {
        take(message);
        const text = toJsonString(schema, message);
        const json = Buffer.allocUnsafe(headBytes + Buffer.byteLength(text));
        json.write(text, headBytes);
        const head = json.subarray(0, headBytes);
        if (shelf.length === 0) return { length: json.length, head, pieces: [json] };
        const pieces = fill(json);
        return { length: lengthOf(pieces), head, pieces: bytesOf(pieces) };
      },
      restore(response) {
        const { body, header } = response;
        if (!body || header === undefined || response.status !== 200) return response;
        if (header.get("content-type") !== "application/json") {
          return { ...response, body: filledEnvelopes(body, fill) };
        }
        if (shelf.length === 0) return response;
        const grown = new Headers(header);
        const growth = shelf.reduce((sum, bytes) => sum + base64Length(bytes) - markText.length, 0);
        grown.set("content-length", String(Number(header.get("content-length")) + growth));
        return { ...response, header: grown, body: filled(body, fill) };
      },
    };
  };
}

function imagesOf(message: Message): readonly (Image | undefined)[] {
  if (isMessage(message, GenerateResponseSchema)) return imagesOfResult(message);
  if (!isMessage(message, StreamGenerateResponseSchema)) return [];
  const { event } = message;
  switch (event.case) {
    case "partialImage":
    case "image":
      return [event.value.image];
    case "completed":
      return imagesOfResult(event.value);
    default:
      return [];
  }
}

function imagesOfResult({ output }: GenerateResponse): readonly Image[] {
  return output.case === "images" ? output.value.images : [];
}

type Fill = (json: Buffer) => Piece[];

/** A part of a response, made when it is sent. */
interface Piece {
  readonly length: number;
  bytes(): Iterable<Uint8Array>;
}

async function* filled(body: AsyncIterable<Uint8Array>, fill: Fill): AsyncIterable<Uint8Array> {
  for await (const chunk of body) yield* bytesOf(fill(asBuffer(chunk)));
}

/** connect-node gives whole envelopes: one byte of flags, four of length, data. */
async function* filledEnvelopes(
  body: AsyncIterable<Uint8Array>,
  fill: Fill,
): AsyncIterable<Uint8Array> {
  for await (const envelope of body) {
    const pieces = fill(asBuffer(envelope.subarray(5)));
    if (pieces.length === 1) {
      yield envelope;
      continue;
    }
    const head = Buffer.from(envelope.subarray(0, 5));
    head.writeUInt32BE(lengthOf(pieces), 1);
    yield head;
    yield* bytesOf(pieces);
  }
}

function* bytesOf(pieces: readonly Piece[]): Iterable<Uint8Array> {
  for (const piece of pieces) yield* piece.bytes();
}

function textPiece(text: Buffer): Piece {
  return { length: text.length, bytes: () => [text] };
}

function base64Piece(bytes: Uint8Array): Piece {
  return { length: base64Length(bytes), bytes: () => encoded(asBuffer(bytes)) };
}

/** In small pieces, so that no image is there as a whole in base64. */
function* encoded(bytes: Buffer): Iterable<Uint8Array> {
  for (let from = 0; from < bytes.length; from += encodedAtOnce) {
    const text = bytes.toString("base64", from, Math.min(from + encodedAtOnce, bytes.length));
    yield Buffer.from(text, "latin1");
  }
}

/**
 * A multiple of three, so that only the last piece has padding; and little enough
 * that V8 keeps the text among its young objects, where it is soon collected.
 */
const encodedAtOnce = 24 * 1024;

function base64Length(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / 3) * 4;
}
