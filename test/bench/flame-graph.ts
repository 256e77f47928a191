/** A call as a CPU profile of V8 has it (the Chrome DevTools Protocol's Profiler.ProfileNode). */
interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
}

/** A CPU profile of V8, as `node --cpu-prof` writes it. Times are in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A function and what it called: how long both took. */
export interface Flame {
  readonly name: string;
  /** In microseconds, with what it called. */
  total: number;
  readonly below: Map<string, Flame>;
}

/**
 * Folds a CPU profile: calls of the same function from the same place are one. The
 * time in which nothing ran is left out. `rootDirectory` is cut off the names of files.
 */
export function foldProfile(profile: CpuProfile, rootDirectory: string): Flame {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children } of profile.nodes) {
    for (const child of children ?? []) parents.set(child, id);
  }
  const root: Flame = { name: "all", total: 0, below: new Map() };
  for (const [index, id] of profile.samples.entries()) {
    const time = profile.timeDeltas[index] ?? 0;
    const stack: string[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = nodes.get(at);
      if (node !== undefined) stack.unshift(nameOf(node, rootDirectory));
    }
    if (stack.at(-1) === "(idle)") continue;
    let flame = root;
    flame.total += time;
    for (const name of stack.slice(1)) {
      let next = flame.below.get(name);
      if (next === undefined) {
        next = { name, total: 0, below: new Map() };
        flame.below.set(name, next);
      }
      next.total += time;
      flame = next;
    }
  }
  return root;
}

function nameOf({ callFrame }: ProfileNode, rootDirectory: string): string {
  const { functionName, url, lineNumber } = callFrame;
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url === "") return name;
  const file = url
    .replace("file://", "")
    .replace(`${rootDirectory}/`, "")
    .replace(/^.*node_modules\//, "");
  return `${name} ${file}:${lineNumber + 1}`;
}

/**
 * Draws folded calls as a flame graph: the callers above, their calls below, as wide
 * as the time that they took. What took less than a 400th is left out.
 */
export function drawFlames(root: Flame, title: string): string {
  const boxes: string[] = [];
  let depth = 0;
  place(root, 0, 0);
  const height = (depth + 2) * rowHeight + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="10">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="12" font-size="12">${escaped(title)}</text>`,
    ...boxes,
    "</svg>",
    "",
  ].join("\n");

  function place(flame: Flame, x: number, row: number): void {
    const share = flame.total / root.total;
    if (share < leastShare) return;
    depth = Math.max(depth, row);
    const boxWidth = share * width;
    const y = (row + 1) * rowHeight + 4;
    const label = flame.name.slice(0, Math.floor(boxWidth / 6.1));
    const percent = (share * 100).toFixed(1);
    boxes.push(
      `<g><title>${escaped(flame.name)}, ${percent} %</title>` +
        `<rect x="${x.toFixed(1)}" y="${y}" width="${boxWidth.toFixed(1)}" height="${rowHeight - 1}" fill="${colourOf(flame.name)}"/>` +
        (label.length > 2
          ? `<text x="${(x + 2).toFixed(1)}" y="${y + 10}">${escaped(label)}</text>`
          : "") +
        "</g>",
    );
    let left = x;
    for (const next of [...flame.below.values()].sort((a, b) => b.total - a.total)) {
      place(next, left, row + 1);
      left += (next.total / root.total) * width;
    }
  }
}

const width = 1200;
const rowHeight = 14;
const leastShare = 1 / 400;

/** Ours, the runtime's and the libraries' are told apart by their colours. */
function colourOf(name: string): string {
  if (/ (src|gen)\//.test(name)) return "#f4a261";
  if (/ node:/.test(name)) return "#a8c5da";
  return name.includes(" ") ? "#b7d3a8" : "#d9d9d9";
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
