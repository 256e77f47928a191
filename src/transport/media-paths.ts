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
  let tree = trees.get(paths);
  if (tree === undefined) {
    tree = grow(paths);
    trees.set(paths, tree);
  }
  return tree;
}

interface GrowingNode {
  readonly keys: Map<string, GrowingNode>;
  items?: GrowingNode;
  media: boolean;
}

/** Providers name their paths in constants, so a path is read once a process. */
const trees = new WeakMap<readonly string[], MediaNode>();

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
