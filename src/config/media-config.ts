import { dirname, resolve } from "node:path";
import { Secret } from "../domain/secret.ts";
import type { MediaConfig, S3StoreConfig } from "./config.ts";
import type { CheckedMedia } from "./media-schema.ts";

/** Makes the media part of a configuration. A relative directory starts from the folder of the file at `source`. */
export function mediaOf(media: CheckedMedia, source: string): MediaConfig {
  const { allow_private_network: allowPrivateNetwork, allow_hosts: allowHosts } = media;
  return { store: storeOf(media, source), allowPrivateNetwork, allowHosts };
}

function storeOf(media: CheckedMedia, source: string): MediaConfig["store"] {
  const { store, lifetime: lifetimeMs } = media;
  switch (store) {
    case undefined:
      return undefined;
    case "disk":
      return {
        kind: "disk",
        directory: media.directory && resolve(dirname(source), media.directory),
        lifetimeMs,
        maxBytes: media.max_size,
        baseUrl: media.base_url,
      };
    case "s3":
      return {
        kind: "s3",
        bucket: media.bucket ?? "",
        region: media.region,
        endpoint: media.endpoint,
        pathStyle: media.path_style,
        prefix: media.prefix,
        lifetimeMs,
        credentials: credentialsOf(media),
      };
  }
}

function credentialsOf(media: CheckedMedia): S3StoreConfig["credentials"] {
  const { access_key_id: id, secret_access_key: secret, session_token: token } = media;
  if (!id || !secret) return undefined;
  return {
    accessKeyId: new Secret(id),
    secretAccessKey: new Secret(secret),
    sessionToken: token ? new Secret(token) : undefined,
  };
}
