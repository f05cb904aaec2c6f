import type { ComponentDefinition } from "@dad/agent";
import { canonicalJson, type Json } from "@dad/protocol";
import { UsageError } from "../errors.ts";
import { parseSetValue, type SetByPath } from "./parse-set.ts";

const MOST_CHILDREN = 100;

/** A field of which one or several values are tried. */
interface TriedField {
  readonly path: string;
  readonly field: string;
  readonly values: Json[];
}

export interface Variants {
  /** `<path>.<field>=<json>` each. A field that is given more than once is tried with each of its values. */
  readonly set: readonly string[];
  /** How often each combination is tried. */
  readonly times: number;
}

/**
 * What is set for each child of a fork: all combinations of the values, in the order given, the last field changing first, and each
 * as often as is asked.
 *
 * @throws UsageError (`USAGE_INVALID`) for what is not `<path>.<field>=<json>`, a value that is given twice, a fork that would be a single
 * re-run as it was, and more than 100 children.
 */
export function parseVariants(root: ComponentDefinition, { set, times }: Variants): readonly SetByPath[] {
  if (set.length === 0 && times < 2)
    throw new UsageError(`a fork tries something: give --set <path>.<field>=<json>, or -n 2 to do the same twice. For one re-run there is dad rerun`);
  const fields = triedFields(root, set);
  // Counted before they are made: a few fields have many combinations.
  const count = fields.reduce((product, { values }) => product * values.length, times);
  if (count > MOST_CHILDREN) throw new UsageError(`${countText(fields, times)} are ${count} children, and a fork has at most ${MOST_CHILDREN}`);
  return combinations(fields).flatMap((one) => Array.from({ length: times }, () => one));
}

function triedFields(root: ComponentDefinition, texts: readonly string[]): readonly TriedField[] {
  const fields = new Map<string, TriedField>();
  for (const text of texts) {
    const { path, field, value } = parseSetValue(root, text);
    const tried = fields.get(`${path} ${field}`) ?? { path, field, values: [] };
    if (tried.values.some((known) => canonicalJson(known) === canonicalJson(value)))
      throw new UsageError(`--set ${text}: this value is given twice. To try it several times, give -n`);
    tried.values.push(value);
    fields.set(`${path} ${field}`, tried);
  }
  return [...fields.values()];
}

function combinations([first, ...others]: readonly TriedField[]): readonly SetByPath[] {
  if (first === undefined) return [{}];
  const rest = combinations(others);
  return first.values.flatMap((value) => rest.map((set) => withFirst(first, value, set)));
}

function withFirst({ path, field }: TriedField, value: Json, { [path]: others, ...rest }: SetByPath): SetByPath {
  return { [path]: { [field]: value, ...others }, ...rest };
}

/** `4 of coder.plan.model × -n 30`: how so many come together. */
function countText(fields: readonly TriedField[], times: number): string {
  const values = fields.map(({ path, field, values }) => `${values.length} of ${path}.${field}`);
  return [...values, ...(times === 1 ? [] : [`-n ${times}`])].join(" × ");
}
