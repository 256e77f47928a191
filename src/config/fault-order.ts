import { isBuiltIn } from "./built-in-providers.ts";

/**
 * Tells whether a text orders a fault of the sandbox: a built-in slug, one of the
 * file's own `slugs` or "*", then "=", and a fault: "fal=http-503", "*=slow:2s".
 * What each one does the sandbox knows, which the configuration does not import; a
 * test holds the two together.
 */
export function isFaultOrder(text: string, slugs: ReadonlySet<string>): boolean {
  const [, slug = "", fault = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  return (slug === "*" || isBuiltIn(slug) || slugs.has(slug)) && faultForm.test(fault);
}

const faultForm =
  /^(?:http-[45]\d\d|timeout|refuse|empty|fail-late|cut-stream|garbage|reset|(?:slow|rate-limit):\d+(?:\.\d+)?(?:ms|s|m))$/;
