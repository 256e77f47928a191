import { priceUnits } from "./catalog-schema.ts";
import type { CrossProblem } from "./cross-problem.ts";
import { entriesOf, isMapping, type Mapping } from "./mapping.ts";
import type { Path } from "./problem.ts";

/**
 * Finds what is wrong with the prices of a catalogue file, beyond what each key
 * may be: amounts that cannot be held exactly, conditions on what has none, prices
 * that are there twice, and prices of which nobody knows who says so.
 */
export function priceProblems(file: Mapping): readonly CrossProblem[] {
  return priceLists(file).flatMap(({ prices, path }) => {
    const seen = new Map<string, number>();
    return prices.flatMap((price, index) => {
      if (!isMapping(price)) return [];
      const at = [...path, index];
      const condition = JSON.stringify(
        ["per", ...ofImages, ...ofTokens].map((key) => price[key] ?? null),
      );
      const first = seen.get(condition);
      if (first === undefined) seen.set(condition, index);
      return [
        ...problemsOf(price, at, file),
        ...(first === undefined
          ? []
          : [problem(at, `is for the same as prices[${first}]; expected one of them`)]),
      ];
    });
  });
}

const ofImages = ["quality", "resolution", "size", "up_to_pixels"];
const ofTokens = ["up_to_input_tokens"];

function problemsOf(price: Mapping, path: Path, file: Mapping): readonly CrossProblem[] {
  const problems: CrossProblem[] = [];
  const { per, usd } = price;
  const unit = Object.entries(priceUnits).find(([name]) => name === per)?.[1];
  const forbid = (keys: readonly string[], where: string) => {
    for (const key of keys.filter((key) => price[key] !== undefined)) {
      const message = `does not apply here; expected it only per ${where}`;
      problems.push(problem([...path, key], message));
    }
  };
  if (unit !== undefined) {
    const isOfImages = unit.unit === "image" || unit.unit === "megapixel";
    if (!isOfImages) forbid(ofImages, "image or megapixel");
    if (!unit.unit.endsWith("_token")) forbid(ofTokens, "million tokens");
  }
  if (unit !== undefined && typeof usd === "number" && usd >= 0 && usd <= 1_000_000) {
    const decimals = 9 - Math.log10(unit.count);
    if (Number(usd.toFixed(decimals)) !== usd) {
      const message = `is ${usd}, which is finer than billionths of a dollar for one ${unit.unit.replaceAll("_", " ")}; expected at most ${decimals} decimals`;
      problems.push({ path: [...path, "usd"], message, atKey: false });
    }
  }
  for (const key of ["source", "as_of"]) {
    if (price[key] !== undefined || file[key] !== undefined) continue;
    problems.push(problem(path, `has no ${key}; expected one here, or one for the whole file`));
  }
  return problems;
}

function problem(path: Path, message: string): CrossProblem {
  return { path, message, atKey: true };
}

interface PriceList {
  readonly prices: readonly unknown[];
  readonly path: Path;
}

function priceLists(file: Mapping): readonly PriceList[] {
  return Object.entries(entriesOf(file["models"])).flatMap(([id, model]) =>
    Object.entries(entriesOf(entriesOf(model)["offers"])).flatMap(([slug, ofProvider]) =>
      Object.entries(entriesOf(ofProvider)).flatMap(([name, offer]) => {
        const prices = entriesOf(offer)["prices"];
        const path = ["models", id, "offers", slug, name, "prices"];
        return Array.isArray(prices) ? [{ prices, path }] : [];
      }),
    ),
  );
}
