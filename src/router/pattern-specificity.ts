/**
 * How specific a glob is: how many letters every name that it matches must have
 * as they stand in it. Of alternatives the shortest counts. A negated pattern
 * demands no letter and has 0; a lone `*` or `**` has -1 and so comes last.
 */
export function patternSpecificity(pattern: string): number {
  if (pattern === "*" || pattern === "**") return -1;
  if (pattern.startsWith("!") && pattern[1] !== "(") return 0;
  return literalLength(pattern);
}

function literalLength(pattern: string): number {
  let length = 0;
  for (let index = 0; index < pattern.length; index++) {
    const letter = pattern[index] ?? "";
    if (letter === "\\") {
      length += 1;
      index += 1;
    } else if (letter === "[") {
      index = closing(pattern, index, "[", "]");
    } else if (letter === "{") {
      const end = closing(pattern, index, "{", "}");
      length += shortest(pattern.slice(index + 1, end), ",");
      index = end;
    } else if ("*?!+@".includes(letter) && pattern[index + 1] === "(") {
      const end = closing(pattern, index + 1, "(", ")");
      // Of these, "@" and "+" alone demand that their group is there.
      if ("@+".includes(letter)) length += shortest(pattern.slice(index + 2, end), "|");
      index = end;
    } else if (letter === "(") {
      const end = closing(pattern, index, "(", ")");
      length += shortest(pattern.slice(index + 1, end), "|");
      index = end;
    } else if (letter !== "*" && letter !== "?") {
      length += 1;
    }
  }
  return length;
}

/** Where the bracket that opens at `start` closes, or the pattern's end. */
function closing(pattern: string, start: number, open: string, close: string): number {
  let depth = 0;
  for (let index = start; index < pattern.length; index++) {
    if (pattern[index] === "\\") index += 1;
    else if (pattern[index] === open) depth += 1;
    else if (pattern[index] === close && --depth === 0) return index;
  }
  return pattern.length;
}

/** The literal length of the shortest alternative; a range like "1..9" stands for one letter. */
function shortest(body: string, separator: string): number {
  if (separator === "," && body.includes("..") && !body.includes(",")) return 1;
  const alternatives: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < body.length; index++) {
    const letter = body[index] ?? "";
    if ("{([".includes(letter)) depth += 1;
    else if ("})]".includes(letter)) depth -= 1;
    else if (letter === separator && depth === 0) {
      alternatives.push(body.slice(start, index));
      start = index + 1;
    }
  }
  alternatives.push(body.slice(start));
  return Math.min(...alternatives.map(literalLength));
}
