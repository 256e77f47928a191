import type { Rule } from "../domain/rule.ts";
import { compilePattern, isLiteralPattern } from "./model-pattern.ts";
import { patternSpecificity } from "./pattern-specificity.ts";
import type { MatchedRule } from "./plan.ts";

/** The rules of a configuration, made ready to be asked about names. */
export interface CompiledRules {
  /** In the order of the file. */
  readonly rules: readonly Rule[];
  /** Every model that a rule names without a glob, in the order of the file. */
  readonly literals: readonly string[];
  /**
   * The rules that name a model exactly, in the order of the file. With several
   * names for one model, the rules of the first name come first.
   */
  exact(names: readonly string[]): readonly MatchedRule[];
  /**
   * The rules with a glob that matches one of the names, the most specific glob
   * first, ties by the order of the file. A rule appears once.
   */
  patterns(names: readonly string[]): readonly MatchedRule[];
}

/** Compiles rules once, so that a request costs one look-up and a few regular expressions. */
export function compileRules(rules: readonly Rule[]): CompiledRules {
  const literals = new Map<string, MatchedRule[]>();
  const globs: CompiledGlob[] = [];
  for (const rule of rules) {
    for (const pattern of rule.models) {
      const matched: MatchedRule = { rule, pattern };
      if (isLiteralPattern(pattern)) {
        const named = literals.get(pattern);
        if (named === undefined) literals.set(pattern, [matched]);
        else named.push(matched);
      } else {
        globs.push({
          matched,
          matches: compilePattern(pattern),
          specificity: patternSpecificity(pattern),
        });
      }
    }
  }
  // The sort is stable, so that ties stay in the order of the file.
  globs.sort((left, right) => right.specificity - left.specificity);
  return {
    rules,
    literals: [...literals.keys()],
    exact: (names) => oncePerRule(names.flatMap((name) => literals.get(name) ?? [])),
    patterns: (names) =>
      oncePerRule(globs.filter((glob) => names.some(glob.matches)).map((glob) => glob.matched)),
  };
}

interface CompiledGlob {
  readonly matched: MatchedRule;
  readonly matches: (name: string) => boolean;
  readonly specificity: number;
}

function oncePerRule(matches: readonly MatchedRule[]): readonly MatchedRule[] {
  if (matches.length < 2) return matches;
  const seen = new Set<Rule>();
  return matches.filter(({ rule }) => !seen.has(rule) && seen.add(rule));
}
