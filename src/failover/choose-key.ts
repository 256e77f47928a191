import type { Secret } from "../domain/secret.ts";
import type { Endpoint } from "../providers/endpoint.ts";

/** Chooses the key that an attempt presents. Undefined for an endpoint that wants none. */
export type ChooseKey = (endpoint: Endpoint) => Secret | undefined;

/** Chooses the first key. */
export const firstKey: ChooseKey = (endpoint) => endpoint.keys[0];
