import { createHash } from "node:crypto";
import type { FileShelf, ShelfFile } from "./file-shelf.ts";
import { asObject } from "./read-json.ts";
import { replicateError } from "./replicate-errors.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";

/** The files that were uploaded. Only the newest 64 are kept, each for a day. */
export interface ReplicateFiles extends Pick<FileShelf, "get"> {
  create(visit: Visit): Answer;
  show(id: string): Answer;
  remove(id: string): Answer;
  /** Whether a path is one of an uploaded file, be it there or not. */
  owns(path: string): boolean;
}

const capacity = 64;
const lifeMs = 24 * 60 * 60 * 1000;
const maxFileBytes = 100 * 1024 * 1024;

/** No files yet. `basePath` is that of Replicate's API on the sandbox. */
export function createReplicateFiles(context: VendorContext, basePath: string): ReplicateFiles {
  const { clock } = context;
  const folder = `${basePath}/files/`;
  const known = new Map<string, { readonly file: ShelfFile; readonly answer: Answer }>();

  function find(id: string): { readonly file: ShelfFile; readonly answer: Answer } | undefined {
    const found = known.get(id);
    return found !== undefined && clock.now() < (found.file.expiresAt ?? 0) ? found : undefined;
  }

  return {
    create(visit) {
      const part = visit.form?.find(({ name }) => name === "content");
      if (part?.filename === undefined) return replicateError(400, "Missing content");
      const metadata = visit.form?.find(({ name }) => name === "metadata")?.bytes.toString();
      const parsed = metadata === undefined ? {} : parseObject(metadata);
      if (parsed === undefined) return replicateError(400, "Invalid metadata");
      const { bytes, filename, contentType = "application/octet-stream" } = part;
      if (bytes.length > maxFileBytes) return replicateError(413, "File too large");
      const id = context.newId(48);
      const createdAt = clock.now();
      const expiresAt = createdAt + lifeMs;
      const digest = (name: string): string => createHash(name).update(bytes).digest("hex");
      const value = {
        id,
        name: filename,
        content_type: contentType,
        size: bytes.length,
        etag: digest("md5"),
        checksums: { sha256: digest("sha256"), md5: digest("md5") },
        metadata: parsed,
        created_at: new Date(createdAt).toISOString(),
        expires_at: new Date(expiresAt).toISOString(),
        urls: { get: `${context.origin}${folder}${id}` },
      };
      const file = { bytes, contentType, foreign: false, expiresAt };
      known.set(id, { file, answer: { kind: "json", status: 200, value } });
      for (const oldest of known.keys()) {
        if (known.size <= capacity) break;
        known.delete(oldest);
      }
      return { kind: "json", status: 201, value };
    },
    show: (id) => find(id)?.answer ?? replicateError(404),
    remove(id) {
      if (find(id) === undefined) return replicateError(404);
      known.delete(id);
      return { kind: "bytes", status: 204, contentType: "application/json", bytes: Buffer.of() };
    },
    owns: (path) => path.startsWith(folder),
    get: (path) => (path.startsWith(folder) ? find(path.slice(folder.length))?.file : undefined),
  };
}

function parseObject(text: string) {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
