/**
 * Letters as lines, so that a picture shows its text on machines without any
 * font. A glyph is SVG path data on a grid: capitals are 4 wide and 6 high, the
 * baseline is y = 6, small letters begin at y = 2, tails reach y = 8.
 */
const glyphs: Readonly<Record<string, string>> = {
  A: "M0 6L2 0L4 6M.8 4H3.2",
  B: "M0 0V6H2.5Q4 6 4 4.4Q4 3 2.5 3H0H2.3Q3.6 3 3.6 1.5Q3.6 0 2.3 0Z",
  C: "M4 1Q3.4 0 2.2 0Q0 0 0 3Q0 6 2.2 6Q3.4 6 4 5",
  D: "M0 0V6H1.8Q4 6 4 3Q4 0 1.8 0Z",
  E: "M4 0H0V6H4M0 3H3",
  F: "M4 0H0V6M0 3H3",
  G: "M4 1Q3.4 0 2.2 0Q0 0 0 3Q0 6 2.2 6Q4 6 4 4.4V3.2H2.4",
  H: "M0 0V6M4 0V6M0 3H4",
  I: "M1 0H3M2 0V6M1 6H3",
  J: "M3.6 0V4Q3.6 6 1.9 6Q.4 6 .2 4.6",
  K: "M0 0V6M4 0L0 3.6M1.3 2.5L4 6",
  L: "M0 0V6H3.8",
  M: "M0 6V0L2 3.4L4 0V6",
  N: "M0 6V0L4 6V0",
  O: "M2 0Q0 0 0 3Q0 6 2 6Q4 6 4 3Q4 0 2 0Z",
  P: "M0 6V0H2.4Q4 0 4 1.7Q4 3.4 2.4 3.4H0",
  Q: "M2 0Q0 0 0 3Q0 6 2 6Q4 6 4 3Q4 0 2 0ZM2.6 4.6L4 6.4",
  R: "M0 6V0H2.4Q4 0 4 1.6Q4 3.2 2.4 3.2H0M2.2 3.2L4 6",
  S: "M3.8 1Q3.2 0 2 0Q.2 0 .2 1.5Q.2 2.7 2 3Q4 3.3 4 4.5Q4 6 2 6Q.6 6 0 4.9",
  T: "M0 0H4M2 0V6",
  U: "M0 0V4Q0 6 2 6Q4 6 4 4V0",
  V: "M0 0L2 6L4 0",
  W: "M0 0L1 6L2 2L3 6L4 0",
  X: "M0 0L4 6M4 0L0 6",
  Y: "M0 0L2 3L4 0M2 3V6",
  Z: "M0 0H4L0 6H4",
  a: "M.4 2.6Q1 2 2 2Q3.4 2 3.4 3.4V6M3.4 4H1.8Q.2 4 .2 5Q.2 6 1.5 6Q3 6 3.4 4.8",
  b: "M.2 0V6M.2 3.4Q.8 2 2 2Q3.7 2 3.7 4Q3.7 6 2 6Q.8 6 .2 4.6",
  c: "M3.5 2.7Q3 2 2.1 2Q.3 2 .3 4Q.3 6 2.1 6Q3 6 3.5 5.3",
  d: "M3.7 0V6M3.7 3.4Q3.1 2 1.9 2Q.2 2 .2 4Q.2 6 1.9 6Q3.1 6 3.7 4.6",
  e: "M.3 3.9H3.6Q3.6 2 2 2Q.3 2 .3 4Q.3 6 2.1 6Q3.1 6 3.5 5.3",
  f: "M3.4 .3Q3 0 2.6 0Q1.5 0 1.5 1.4V6M.4 2.2H3",
  g: "M3.6 2V6.4Q3.6 8 1.9 8Q.9 8 .4 7.4M3.6 3.4Q3 2 1.9 2Q.2 2 .2 4Q.2 6 1.9 6Q3 6 3.6 4.6",
  h: "M.3 0V6M.3 3.5Q.9 2 2.1 2Q3.6 2 3.6 3.6V6",
  i: "M1.1 2.1H2.1V6M2.1 .4V.5",
  j: "M1.4 2.1H2.6V6.6Q2.6 8 1.3 8Q.8 8 .5 7.8M2.6 .4V.5",
  k: "M.4 0V6M3.4 2.1L.4 4.6M1.5 3.7L3.6 6",
  l: "M1.1 0H2.1V6",
  m: "M0 6V2M0 3.2Q.4 2 1.1 2Q2 2 2 3.2V6M2 3.2Q2.4 2 3.1 2Q4 2 4 3.2V6",
  n: "M.3 2V6M.3 3.5Q.9 2 2.1 2Q3.6 2 3.6 3.6V6",
  o: "M2 2Q.2 2 .2 4Q.2 6 2 6Q3.8 6 3.8 4Q3.8 2 2 2Z",
  p: "M.2 2V8M.2 3.4Q.8 2 2 2Q3.7 2 3.7 4Q3.7 6 2 6Q.8 6 .2 4.6",
  q: "M3.7 2V8M3.7 3.4Q3.1 2 1.9 2Q.2 2 .2 4Q.2 6 1.9 6Q3.1 6 3.7 4.6",
  r: "M.8 2V6M.8 3.6Q1.3 2 2.6 2Q3.1 2 3.4 2.2",
  s: "M3.3 2.6Q2.9 2 1.9 2Q.6 2 .6 3Q.6 3.8 1.9 4Q3.5 4.2 3.5 5Q3.5 6 1.9 6Q.8 6 .4 5.3",
  t: "M1.6 .7V4.6Q1.6 6 2.7 6Q3.1 6 3.4 5.8M.5 2.2H3.1",
  u: "M.3 2V4.4Q.3 6 1.8 6Q3 6 3.6 4.5M3.6 2V6",
  v: "M.3 2L2 6L3.7 2",
  w: "M0 2L1 6L2 3L3 6L4 2",
  x: "M.4 2L3.6 6M3.6 2L.4 6",
  y: "M.3 2L2 5.8M3.7 2L1.7 7Q1.3 8 .5 7.9",
  z: "M.5 2H3.5L.5 6H3.5",
  0: "M2 0Q.2 0 .2 3Q.2 6 2 6Q3.8 6 3.8 3Q3.8 0 2 0ZM1.3 4L2.7 2",
  1: "M.8 1.2L2.2 0V6M.9 6H3.5",
  2: "M.3 1.4Q.5 0 2 0Q3.7 0 3.7 1.6Q3.7 2.6 2.6 3.6L.3 6H3.8",
  3: "M.4 .8Q1 0 2 0Q3.6 0 3.6 1.5Q3.6 2.9 1.8 2.9Q3.8 2.9 3.8 4.4Q3.8 6 2 6Q.8 6 .2 5.1",
  4: "M2.9 6V0L.1 4.2H3.9",
  5: "M3.5 0H.7L.4 2.7Q1.1 2.2 2 2.2Q3.8 2.2 3.8 4.1Q3.8 6 2 6Q.8 6 .2 5.2",
  6: "M3.4 .6Q3 0 2.2 0Q.2 0 .2 3.6Q.2 6 2 6Q3.8 6 3.8 4.2Q3.8 2.5 2.1 2.5Q.6 2.5 .2 4",
  7: "M.2 0H3.8L1.5 6",
  8: "M2 2.9Q.5 2.9 .5 1.5Q.5 0 2 0Q3.5 0 3.5 1.5Q3.5 2.9 2 2.9Q.2 2.9 .2 4.4Q.2 6 2 6Q3.8 6 3.8 4.4Q3.8 2.9 2 2.9Z",
  9: "M3.8 2Q3.4 3.5 1.9 3.5Q.2 3.5 .2 1.8Q.2 0 2 0Q3.8 0 3.8 2.4Q3.8 6 1.8 6Q1 6 .6 5.4",
  ".": "M2 5.9V6",
  ",": "M2.1 5.8L1.6 7",
  ":": "M2 2.6V2.7M2 5.6V5.7",
  ";": "M2.1 2.6V2.7M2.1 5.6L1.6 7",
  "!": "M2 0V4M2 5.9V6",
  "?": "M.4 1.2Q.7 0 2 0Q3.6 0 3.6 1.5Q3.6 2.5 2.6 3Q2 3.3 2 4.2M2 5.9V6",
  "'": "M2 0V1.4",
  '"': "M1.3 0V1.4M2.7 0V1.4",
  "-": "M.8 3.6H3.2",
  "+": "M.4 3.6H3.6M2 2V5.2",
  "=": "M.5 2.8H3.5M.5 4.4H3.5",
  "/": "M3.6 -.4L.4 6.6",
  "\\": "M.4 -.4L3.6 6.6",
  "|": "M2 -.6V7",
  "(": "M2.8 -.6Q1.2 1 1.2 3.2Q1.2 5.4 2.8 7",
  ")": "M1.2 -.6Q2.8 1 2.8 3.2Q2.8 5.4 1.2 7",
  "[": "M2.8 -.6H1.4V7H2.8",
  "]": "M1.2 -.6H2.6V7H1.2",
  "{": "M2.9 -.6Q1.9 -.6 1.9 .6V2.2Q1.9 3.2 1 3.2Q1.9 3.2 1.9 4.2V5.8Q1.9 7 2.9 7",
  "}": "M1.1 -.6Q2.1 -.6 2.1 .6V2.2Q2.1 3.2 3 3.2Q2.1 3.2 2.1 4.2V5.8Q2.1 7 1.1 7",
  "<": "M3.4 1.6L.6 3.6L3.4 5.6",
  ">": "M.6 1.6L3.4 3.6L.6 5.6",
  _: "M0 7H4",
  "#": "M1.3 .6L.9 5.6M3.1 .6L2.7 5.6M.3 2.2H3.9M.1 4H3.7",
  "%": "M3.7 0L.3 6M1 .2Q.2 .2 .2 1.2Q.2 2.2 1 2.2Q1.8 2.2 1.8 1.2Q1.8 .2 1 .2ZM3 3.8Q2.2 3.8 2.2 4.8Q2.2 5.8 3 5.8Q3.8 5.8 3.8 4.8Q3.8 3.8 3 3.8Z",
  "&": "M4 6L1 2.2Q.4 0 1.8 0Q3 0 2.8 1.4Q2.6 2.2 1.2 3Q0 3.8 .2 4.8Q.6 6 1.8 6Q3.4 6 3.8 3.6",
  "*": "M2 1V4.4M.5 1.9L3.5 3.5M3.5 1.9L.5 3.5",
  "@": "M3 4.4Q1.2 4.8 1.2 3.2Q1.2 1.8 2.2 1.8Q3 1.8 3 2.8V4.4Q4 4.4 4 2.8Q4 0 2.1 0Q0 0 0 3Q0 6 2.2 6Q3.2 6 3.8 5.5",
  $: "M3.6 1.4Q3 .7 2 .7Q.4 .7 .4 1.9Q.4 2.8 2 3Q3.7 3.2 3.7 4.2Q3.7 5.4 2 5.4Q.8 5.4 .3 4.6M2 -.2V6.3",
  "~": "M.3 3.8Q1.1 2.4 2 3.4Q2.9 4.4 3.7 3",
  "^": "M.8 1.6L2 .2L3.2 1.6",
  "`": "M1.6 0L2.4 1.2",
};

/** What stands for a character that the font does not have. */
const missing = "M.4 .4H3.6V6H.4Z";

/** How far a letter moves the next one, in units of the grid. */
export const letterAdvance = 5.4;

/** The distance between two lines, in units of the grid. */
export const lineAdvance = 11;

/** Accents off, dashes and quotes plain: what the font can show best of a text. */
export function toLetters(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2010-\u2015]/g, "-")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * One line of text as SVG: strokes of `color` and nothing else, so that no text
 * of a prompt ever becomes markup. `x` and `y` are the top left corner of the
 * first capital, `unit` the size of a unit of the grid, all in pixels.
 */
export function strokeLine(
  text: string,
  x: number,
  y: number,
  unit: number,
  color: string,
  weight = 0.85,
): string {
  let paths = "";
  let offset = 0;
  for (const letter of text) {
    if (letter !== " ") {
      const data = Object.hasOwn(glyphs, letter) ? glyphs[letter] : missing;
      paths += `<path transform="translate(${round(offset)})" d="${data}"/>`;
    }
    offset += letterAdvance;
  }
  return `<g transform="translate(${round(x)} ${round(y)}) scale(${round(unit)})" fill="none" stroke="${color}" stroke-width="${weight}" stroke-linecap="round" stroke-linejoin="round">${paths}</g>`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
