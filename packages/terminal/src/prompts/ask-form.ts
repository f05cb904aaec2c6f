import { isJsonObject, type Json } from "@dad/protocol";
import { type Asking, type Field, hintOf, labelOf, memberLabel, NO_MORE } from "./field.ts";
import { descriptionOf, isRequired, type JsonSchema, membersOf, resolvedSchema } from "./json-schema.ts";
import type { MenuItem } from "./way-to-ask.ts";

/** When more than so many may be left out, those that are wanted are chosen first. */
const MOST_ASKED = 4;

/** The members of an object, in the order of the schema; each that may be left out can be. */
export async function askForm(field: Field, asking: Asking): Promise<Json> {
  // The labels of what is asked are those of the members.
  if (field.label === "") asking.dialog.say(asking.prompt);
  const chosen = await chosenMembers(field, asking);
  const given: Record<string, Json> = {};
  for (const { name, ...member } of membersOfField(field, asking.root)) {
    const isWanted = member.optional !== true || (chosen?.has(name) ?? true);
    const value = isWanted ? await asking.ask({ ...member, optional: member.optional === true && chosen === undefined }) : undefined;
    if (value !== undefined) Object.defineProperty(given, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return given;
}

interface Member extends Field {
  readonly name: string;
}

function membersOfField(field: Field, root: JsonSchema): Member[] {
  const before = isJsonObject(field.initial) ? field.initial : {};
  return membersOf(field.schema).map(([name, part]) => {
    const schema = resolvedSchema(part, root);
    const initial = Object.hasOwn(before, name) ? before[name] : schema.default;
    return { name, label: memberLabel(field, name), schema, optional: !isRequired(name, field.schema), initial };
  });
}

/** Which of those that may be left out are given; `undefined` when they are few, and each is asked for. */
async function chosenMembers(field: Field, asking: Asking): Promise<ReadonlySet<string> | undefined> {
  const optional = membersOfField(field, asking.root).filter((member) => member.optional === true);
  if (optional.length <= MOST_ASKED) return undefined;
  const before = isJsonObject(field.initial) ? field.initial : {};
  const chosen = await asking.dialog.several({
    label: `${labelOf(field, asking)}: which of these do you give?`,
    hint: "what is not chosen is left out",
    items: optional.map((member) => ({ value: member.name, label: member.name, hint: hintOf(member) })),
    initial: optional.flatMap(({ name }, at) => (Object.hasOwn(before, name) ? [at] : [])),
  });
  return new Set(chosen);
}

const ENOUGH: MenuItem<"enough"> = { value: "enough", label: "no more" };

/** Names, and a value for each. */
export async function askEntries(field: Field, values: JsonSchema, asking: Asking): Promise<Json> {
  const given = new Map<string, Json>(isJsonObject(field.initial) ? Object.entries(field.initial) : []);
  for (;;) {
    if (given.size > 0) {
      const again = await asking.dialog.menu({
        label: `${labelOf(field, asking)}: ${[...given.keys()].join(", ")}`,
        hint: descriptionOf(field.schema),
        items: [ENOUGH, { value: "add", label: "give another, or one of them anew" }, { value: "clear", label: "begin again" }],
      });
      if (again === "enough") return Object.fromEntries(given);
      if (again === "clear") given.clear();
    }
    const name = await asking.dialog.text({ label: `${labelOf(field, asking)}: name`, optional: NO_MORE, kind: "line" });
    if (name === "") return Object.fromEntries(given);
    const value = await asking.ask({ label: memberLabel(field, name), schema: values, initial: given.get(name) });
    if (value !== undefined) given.set(name, value);
  }
}
