import type { Clock } from "../../domain/clock.ts";
import { errorCode } from "../../domain/error-code.ts";
import { identifier } from "../../domain/failure.ts";
import type { MediaStore, StoreResult } from "../../domain/media-store.ts";
import type { Secret } from "../../domain/secret.ts";
import { fileName } from "./file-names.ts";

/** A bucket of Amazon S3, or of a server that speaks its protocol. */
export interface S3StoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** Undefined: Amazon's, by the region. */
  readonly endpoint?: string | undefined;
  /** Whether the bucket is in the path and not in the name of the host. */
  readonly pathStyle: boolean;
  /** What the names of all files begin with. May be empty. */
  readonly prefix: string;
  /** Undefined: what the AWS client finds around it, such as an instance's role. */
  readonly credentials?: S3Credentials | undefined;
  /** How long a link works, in milliseconds. At most seven days. */
  readonly lifetimeMs: number;
  readonly clock: Clock;
}

/** The keys of a bucket. */
export interface S3Credentials {
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
  readonly sessionToken?: Secret | undefined;
}

/**
 * Opens a store in a bucket that stays private: links are presigned GETs. Files
 * are named by their content and never deleted from here; a lifecycle rule of the
 * bucket does that. The AWS client is loaded only now, since it is large.
 */
export async function openS3Store(options: S3StoreOptions): Promise<MediaStore> {
  const { bucket, prefix, lifetimeMs, clock } = options;
  const { GetObjectCommand, PutObjectCommand, S3Client } = await import("@aws-sdk/client-s3");
  const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner");
  const client = new S3Client({
    region: options.region,
    forcePathStyle: options.pathStyle,
    // Servers other than Amazon's do not all know its newer checksums.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 2,
    ...(options.endpoint && { endpoint: options.endpoint }),
    ...(options.credentials && { credentials: reveal(options.credentials) }),
  });
  const lifetime = Math.floor(lifetimeMs / 1000);

  return {
    async put(bytes, mimeType, signal): Promise<StoreResult> {
      const name = fileName(bytes, mimeType);
      if (name === undefined) return failed("The media store does not keep files of this type.");
      const file = { Bucket: bucket, Key: prefix + name };
      const put = new PutObjectCommand({
        ...file,
        Body: bytes,
        ContentType: mimeType,
        CacheControl: `private, max-age=${lifetime}, immutable`,
      });
      try {
        await client.send(put, { abortSignal: signal });
        const now = clock.now();
        const url = await getSignedUrl(client, new GetObjectCommand(file), {
          expiresIn: lifetime,
          signingDate: new Date(now),
        });
        // Signatures count in whole seconds.
        return { kind: "stored", url, expiresAt: Math.floor(now / 1000 + lifetime) * 1000 };
      } catch (error) {
        return failed(`The media store did not take the file (${nameOf(error)}).`);
      }
    },
    async close() {
      client.destroy();
    },
  };
}

function reveal({ accessKeyId, secretAccessKey, sessionToken }: S3Credentials) {
  return {
    accessKeyId: accessKeyId.reveal(),
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken && { sessionToken: sessionToken.reveal() }),
  };
}

function failed(message: string): StoreResult {
  return { kind: "failed", message };
}

/** "NoSuchBucket", "AccessDenied", "ECONNREFUSED": a name, never the message, which could hold an address. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown reason";
  return identifier(errorCode(error) ?? error.name) ?? "unknown reason";
}
