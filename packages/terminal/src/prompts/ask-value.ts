import { canonicalJson, type Json } from "@dad/protocol";
import { schemaProblems, standalone } from "./answer-problems.ts";
import { askEntries, askForm } from "./ask-form.ts";
import { askList, askSeveral } from "./ask-list.ts";
import type { TextQuestion } from "./dialog.ts";
import { type Asking, type Field, fieldProblem, hintOf, LEAVE_OUT, labelOf, NO_MORE } from "./field.ts";
import type { JsonSchema } from "./json-schema.ts";
import { parsedJson } from "./parsed-json.ts";
import { type MenuItem, wayToAsk } from "./way-to-ask.ts";

/** Asks for a value that fits the schema of the field. */
export function askValue(field: Field, asking: Asking): Promise<Json | undefined> {
  const way = wayToAsk(field.schema, asking.root);
  const ifGiven = (ask: () => Promise<Json>) => askIfGiven(field, asking, ask);
  switch (way.by) {
    case "menu":
      return askMenu(field, way.items, asking);
    case "variants":
      return askVariant(field, way.variants, asking);
    case "yes-no":
      return isOptional(field) ? askMenu(field, YES_NO, asking) : askYesNo(field, asking);
    case "text":
      return askText(field, asking);
    case "number":
      return askNumber(field, asking);
    case "form":
      return ifGiven(() => askForm(field, asking));
    case "entries":
      return ifGiven(() => askEntries(field, way.values, asking));
    case "list":
      return ifGiven(() => askList(field, way.items, asking));
    case "menu-of-several":
      return ifGiven(() => askSeveral(field, way.items, asking));
    default:
      return askJson(field, asking);
  }
}

const YES_NO: readonly MenuItem<Json>[] = [
  { value: true, label: "yes" },
  { value: false, label: "no" },
];

function isOptional({ optional = false }: Field): boolean {
  return optional !== false;
}

function askYesNo(field: Field, asking: Asking): Promise<boolean> {
  return asking.dialog.yesNo({ label: labelOf(field, asking), hint: hintOf(field), initial: field.initial === true });
}

/** What may be left out and takes more than one question is asked for only then. */
async function askIfGiven(field: Field, asking: Asking, ask: () => Promise<Json>): Promise<Json | undefined> {
  if (!isOptional(field)) return ask();
  const isOther = field.initial !== undefined && canonicalJson(field.initial) !== canonicalJson(field.schema.default ?? null);
  const isGiven = await asking.dialog.yesNo({ label: `${labelOf(field, asking)}: give it?`, hint: hintOf(field), initial: isOther });
  return isGiven ? ask() : undefined;
}

/** Chosen as what it is: it may be `undefined`, too. */
interface Entry {
  readonly value: Json | undefined;
}
const LEFT_OUT: MenuItem<Entry> = { value: { value: undefined }, label: "leave it out" };

async function askMenu(field: Field, items: readonly MenuItem<Json>[], asking: Asking): Promise<Json | undefined> {
  const [only] = items;
  // What tells a form from the others is no question. But somebody has to say yes to the whole.
  if (only && items.length === 1 && !isOptional(field) && field.label !== "") return only.value;
  const entries = [...(isOptional(field) ? [LEFT_OUT] : []), ...items.map((item) => ({ ...item, value: { value: item.value } }))];
  const initial = entries.findIndex(({ value }) => JSON.stringify(value.value) === JSON.stringify(field.initial));
  const question = { label: labelOf(field, asking), hint: hintOf(field), items: entries, initial: Math.max(0, initial) };
  return (await asking.dialog.menu<Entry>(question)).value;
}

async function askVariant(field: Field, variants: readonly MenuItem<JsonSchema>[], asking: Asking): Promise<Json | undefined> {
  const optional = isOptional(field);
  const items = [...(optional ? [{ value: undefined, label: LEFT_OUT.label }] : []), ...variants];
  const fitting = items.findIndex(({ value }) => value && field.initial !== undefined && isFitting(value, field.initial, asking));
  const schema = await asking.dialog.menu({ label: labelOf(field, asking), hint: hintOf(field), items, initial: Math.max(0, fitting) });
  if (schema === undefined) return undefined;
  const initial = field.initial !== undefined && isFitting(schema, field.initial, asking) ? field.initial : schema.default;
  // A value of its own needs no other question.
  if (schema.const !== undefined) return schema.const;
  return schema.type === "null" ? null : asking.ask({ label: field.label, schema, initial });
}

function isFitting(schema: JsonSchema, value: Json, { root }: Asking): boolean {
  return schemaProblems(standalone(schema, root), value).length === 0;
}

interface TextForm {
  readonly kind: TextQuestion["kind"];
  readonly read: (text: string) => Json | undefined;
  readonly write: (value: Json) => string;
  /** What is said of a text that is none. */
  readonly unreadable: string;
  readonly note?: string;
}

async function askWritten(field: Field, form: TextForm, asking: Asking): Promise<Json | undefined> {
  const isLeftOut = (text: string): boolean => text === "" && isOptional(field);
  const check = (text: string): string | undefined => {
    if (isLeftOut(text)) return undefined;
    const value = form.read(text);
    return value === undefined ? form.unreadable : fieldProblem(field, asking.root, value);
  };
  const text = await asking.dialog.text({
    label: labelOf(field, asking),
    hint: [form.note, hintOf(field)].filter((part) => part !== undefined).join(" · "),
    initial: field.initial === undefined ? undefined : form.write(field.initial),
    optional: isOptional(field) ? (field.optional === "last" ? NO_MORE : LEAVE_OUT) : undefined,
    check,
    kind: form.kind,
  });
  return isLeftOut(text) ? undefined : form.read(text);
}

function askText(field: Field, asking: Asking): Promise<Json | undefined> {
  const kind = field.schema.contentMediaType === undefined ? "text" : "editor";
  return askWritten(field, { kind, read: (text) => text, write: (value) => (typeof value === "string" ? value : ""), unreadable: "" }, asking);
}

function askNumber(field: Field, asking: Asking): Promise<Json | undefined> {
  const read = (text: string): number | undefined => {
    const value = Number(text.trim());
    return text.trim() === "" || !Number.isFinite(value) ? undefined : value;
  };
  const unreadable = field.schema.type === "integer" ? "a whole number is expected, as 12" : "a number is expected, as 1.5";
  return askWritten(field, { kind: "line", read, write: String, unreadable }, asking);
}

function askJson(field: Field, asking: Asking): Promise<Json | undefined> {
  const unreadable = 'JSON is expected, as {"a": 1} or "a text"';
  return askWritten(field, { kind: "text", read: parsedJson, write: (value) => JSON.stringify(value), unreadable, note: "in JSON" }, asking);
}
