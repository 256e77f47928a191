import { createMediaJsonParser } from "../../src/transport/json-with-media.ts";

/**
 * Milliseconds for one answer with an image of 1.5 MB of base64, in chunks as a
 * socket gives them: the parser of media against JSON.parse and Buffer.from.
 * Run it with `npm run bench json-with-media`.
 */
const image = Buffer.alloc(1_125_000);
for (let index = 0; index < image.length; index++) image[index] = (index * 2654435761) >>> 24;
const answer = { created: 1, data: [{ b64_json: image.toString("base64") }], usage: { total: 5 } };
const body = Buffer.from(JSON.stringify(answer));
const chunks: Buffer[] = [];
for (let from = 0; from < body.length; from += 65_536)
  chunks.push(body.subarray(from, from + 65_536));
const paths = ["data[].b64_json"];

function withParser(sizeHint: number): number {
  const parser = createMediaJsonParser(paths, sizeHint);
  for (const chunk of chunks) parser.write(chunk);
  const value = parser.end() as { data: { b64_json: Uint8Array }[] };
  return value.data[0]?.b64_json.length ?? 0;
}

function withJsonParse(): number {
  const value = JSON.parse(Buffer.concat(chunks).toString()) as { data: { b64_json: string }[] };
  return Buffer.from(value.data[0]?.b64_json ?? "", "base64").length;
}

const rivals: [string, () => number][] = [
  ["media parser, length known", () => withParser(body.length)],
  ["media parser, length unknown", () => withParser(0)],
  ["JSON.parse and Buffer.from", withJsonParse],
];
for (let round = 0; round < 3; round++) {
  for (const [name, run] of rivals) {
    for (let warmUp = 0; warmUp < 20; warmUp++) if (run() !== image.length) throw new Error(name);
    const started = performance.now();
    const count = 100;
    for (let turn = 0; turn < count; turn++) run();
    console.log(`${name}: ${((performance.now() - started) / count).toFixed(2)} ms`);
  }
}
