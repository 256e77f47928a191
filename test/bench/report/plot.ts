import type { Measured } from "../measure/measured.ts";
import { median } from "../measure/statistics.ts";
import { figure } from "./figure.ts";

/** Bars, and what they stand for. */
export interface Plot {
  readonly title: string;
  readonly bars: readonly { readonly name: string; readonly value: number }[];
}

/** The processor time of each contender that is a server of its own. */
export function cpuPlot(measured: readonly Measured[]): Plot {
  return {
    title: "CPU µs a request, the less the better",
    bars: measured
      .map(({ name, cpuMicros }) => ({ name, value: median(cpuMicros) }))
      .filter(({ value }) => Number.isFinite(value)),
  };
}

const [barHeight, step, labels, longest] = [18, 26, 210, 420];

/** Draws a plot as an SVG that reads on light and on dark pages. */
export function drawPlot({ title, bars }: Plot): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const height = 40 + bars.length * step;
  const rows = bars.map(({ name, value }, index) => {
    const y = 34 + index * step;
    const width = (longest * value) / most;
    const colour = name.startsWith("Spillway") ? "#2f81f7" : "#8b949e";
    return [
      `  <text x="${labels - 8}" y="${y + 13}" text-anchor="end">${escaped(name)}</text>`,
      `  <rect x="${labels}" y="${y}" width="${width.toFixed(1)}" height="${barHeight}" fill="${colour}"/>`,
      `  <text x="${(labels + width + 6).toFixed(1)}" y="${y + 13}">${figure(value)}</text>`,
    ].join("\n");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 ${height}" font-family="sans-serif" font-size="12" fill="#768390">
  <text x="${labels}" y="20" font-weight="bold">${escaped(title)}</text>
${rows.join("\n")}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
