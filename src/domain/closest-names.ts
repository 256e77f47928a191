/**
 * The known names that a mistyped one may stand for, the closest first, at most
 * `limit`. A name with a path in front is compared without it as well. A third
 * of the letters may be wrong: more than that is another word.
 */
export function closestNames(
  name: string,
  known: Iterable<string>,
  limit: number,
): readonly string[] {
  const wanted = [plain(name), plain(name.slice(name.lastIndexOf("/") + 1))];
  const found = new Map<string, number>();
  for (const candidate of known) {
    const plainCandidate = plain(candidate);
    const distance = Math.min(...wanted.map((word) => distanceWithin(word, plainCandidate)));
    if (Number.isFinite(distance)) found.set(candidate, distance);
  }
  const lengthened = (candidate: string) => Math.abs(candidate.length - name.length);
  return [...found]
    .sort(
      ([left, near], [right, far]) =>
        near - far || lengthened(left) - lengthened(right) || (left < right ? -1 : 1),
    )
    .slice(0, limit)
    .map(([candidate]) => candidate);
}

/** The known name that a mistyped one most likely stands for. Undefined when none is close. */
export function closestName(name: string, known: Iterable<string>): string | undefined {
  return closestNames(name, known, 1)[0];
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, "");
}

/** The edit distance, or infinity when it is more than a third of the word. */
function distanceWithin(word: string, candidate: string): number {
  const most = Math.max(1, Math.floor(word.length / 3));
  if (Math.abs(word.length - candidate.length) > most) return Number.POSITIVE_INFINITY;
  const distance = editDistance(word, candidate);
  return distance <= most ? distance : Number.POSITIVE_INFINITY;
}

/** How many letters must be put in, taken out, changed or swapped with their neighbour. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let distance = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        distance = Math.min(distance, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}
