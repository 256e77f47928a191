import { isFaultForm } from "../domain/sandbox-fault.ts";
import { isBuiltIn } from "./built-in-providers.ts";

/**
 * Tells whether a text orders a fault of the sandbox: a built-in slug, one of the
 * file's own `slugs` or "*", then "=", and a fault: "fal=http-503", "*=slow:2s".
 */
export function isFaultOrder(text: string, slugs: ReadonlySet<string>): boolean {
  const [, slug = "", fault = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  return (slug === "*" || isBuiltIn(slug) || slugs.has(slug)) && isFaultForm(fault);
}
