import type { JsonValue } from "../domain/json.ts";

/** A place in a JSON document that a media path leads through. */
export interface MediaNode {
  /** Where the path goes on in an object, by key. */
  readonly keys: ReadonlyMap<string, MediaNode>;
  /** Where it goes on in the elements of an array. */
  readonly items?: MediaNode | undefined;
  /** Whether a string that stands here is base64. */
  readonly media: boolean;
}

/**
 * Reads media paths: "data[].b64_json", "candidates[].content.parts[].inlineData.data",
 * "[].image". A dot goes into an object, "[]" into each element of an array. The
 * answer for one list of paths is made once and kept.
 */
export function mediaTree(paths: readonly string[]): MediaNode {
  const name = paths.join(" ");
  let tree = trees.get(name);
  if (tree === undefined) {
    tree = grow(paths);
    trees.set(name, tree);
  }
  return tree;
}

/** Replaces every string that stands where media are expected. It changes the value that it is given. */
export function replaceMedia(
  value: JsonValue,
  node: MediaNode,
  replace: (text: string) => JsonValue,
): JsonValue {
  if (typeof value === "string") return node.media ? replace(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = node.items;
    if (items === undefined) return value;
    return value.map((item: JsonValue) => replaceMedia(item, items, replace));
  }
  const object = value as Record<string, JsonValue>;
  for (const [key, child] of node.keys) {
    if (!Object.hasOwn(object, key)) continue;
    object[key] = replaceMedia(object[key] as JsonValue, child, replace);
  }
  return object;
}

interface GrowingNode {
  readonly keys: Map<string, GrowingNode>;
  items?: GrowingNode;
  media: boolean;
}

/** The paths stand in the providers' sources, so that there are a few and each is read once. */
const trees = new Map<string, MediaNode>();

function grow(paths: readonly string[]): MediaNode {
  const root = emptyNode();
  for (const path of paths) {
    let node = root;
    for (const step of path.match(/\[\]|[^.[\]]+/g) ?? []) {
      if (step === "[]") {
        node.items ??= emptyNode();
        node = node.items;
      } else {
        let next = node.keys.get(step);
        if (next === undefined) {
          next = emptyNode();
          node.keys.set(step, next);
        }
        node = next;
      }
    }
    node.media = true;
  }
  return root;
}

function emptyNode(): GrowingNode {
  return { keys: new Map(), media: false };
}
