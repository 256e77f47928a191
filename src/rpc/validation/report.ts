import type { DescField, DescOneof } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import type { FieldViolation } from "../../domain/gateway-error.ts";

/** A step on the way to a value: a field, a oneof, an item of a list or an entry of a map. */
export type Step =
  | DescField
  | DescOneof
  | { readonly kind: "list_sub"; readonly index: number }
  | { readonly kind: "map_sub"; readonly key: string };

/** What was found wrong with one message, and where one is looking. */
export class Report {
  /** The way to the value that is looked at. Who goes on puts a step on it and takes it off again. */
  readonly path: Step[] = [];
  /** Undefined while nothing is wrong. */
  violations: FieldViolation[] | undefined;

  /** The value that is looked at breaks a rule. */
  violate(description: string, rule: string): void {
    this.violations ??= [];
    this.violations.push({ field: pathToString(this.path), description, rule });
  }
}

/** Looks at a value and reports what is wrong with it. */
export type Check = (value: unknown, report: Report) => void;
