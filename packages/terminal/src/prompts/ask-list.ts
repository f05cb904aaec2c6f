import type { Json } from "@dad/protocol";
import { type Asking, type Field, fieldProblem, hintOf, labelOf, memberLabel } from "./field.ts";
import { descriptionOf, type JsonSchema, wholeNumber } from "./json-schema.ts";
import { type MenuItem, wayToAsk } from "./way-to-ask.ts";

/** Items, one after the other, until there are no more. */
export async function askList(field: Field, items: JsonSchema, asking: Asking): Promise<Json> {
  const given = await kept(field, asking);
  const least = wholeNumber(field.schema.minItems) ?? 0;
  const most = wholeNumber(field.schema.maxItems) ?? Infinity;
  const isText = ["text", "number"].includes(wayToAsk(items, asking.root).by);
  if (isText && field.label === "") asking.dialog.say(asking.prompt);
  while (given.length < most) {
    const item: Field = { label: memberLabel(field, given.length), schema: items, optional: given.length >= least };
    if (!isText && item.optional === true && !(await isWanted(field, given.length, asking))) break;
    const value = await asking.ask({ ...item, optional: isText && item.optional === true && "last" });
    if (value === undefined) break;
    given.push(value);
  }
  return given;
}

function isWanted(field: Field, count: number, asking: Asking): Promise<boolean> {
  const label = `${labelOf(field, asking)}: ${count === 0 ? "add one?" : `add another? (there ${count === 1 ? "is 1" : `are ${count}`})`}`;
  return asking.dialog.yesNo({ label, hint: descriptionOf(field.schema), initial: count === 0 });
}

/** What was there before, when it is to stay. */
async function kept(field: Field, asking: Asking): Promise<Json[]> {
  const before = Array.isArray(field.initial) ? (field.initial as Json[]) : [];
  if (before.length === 0) return [];
  const keeps = await asking.dialog.yesNo({ label: `${labelOf(field, asking)}: keep these?`, hint: JSON.stringify(before), initial: true });
  return keeps ? [...before] : [];
}

/** Several of the values that a schema names. */
export async function askSeveral(field: Field, items: readonly MenuItem<Json>[], asking: Asking): Promise<Json> {
  const before = new Set(Array.isArray(field.initial) ? field.initial.map((value: Json) => JSON.stringify(value)) : []);
  const initial = items.flatMap(({ value }, at) => (before.has(JSON.stringify(value)) ? [at] : []));
  for (;;) {
    const least = wholeNumber(field.schema.minItems);
    const chosen = [...(await asking.dialog.several({ label: labelOf(field, asking), hint: hintOf(field), items, initial, least }))];
    const problem = fieldProblem(field, asking.root, chosen);
    if (problem === undefined) return chosen;
    asking.dialog.say(problem);
  }
}
