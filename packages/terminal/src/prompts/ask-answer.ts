import type { InputChoice, InputRequest, Json } from "@dad/protocol";
import { jsonText } from "../visible.ts";
import { answerProblems, isListOf } from "./answer-problems.ts";
import { askSeveral } from "./ask-list.ts";
import { askValue } from "./ask-value.ts";
import type { Dialog } from "./dialog.ts";
import type { Asking, Field } from "./field.ts";
import { parsedJson } from "./parsed-json.ts";
import { descriptionOf, resolvedSchema } from "./json-schema.ts";
import { type MenuItem, valueText, wayToAsk } from "./way-to-ask.ts";

/** What is shown of an answer at most, before it is sent. */
const SHOWN_LINES = 30;

/**
 * Asks for an answer that fits the request: its choices, or its schema.
 *
 * @throws DialogLeft
 */
export async function askAnswer(request: InputRequest, dialog: Dialog): Promise<Json> {
  const schema = resolvedSchema(request.schema, request.schema);
  const asking: Asking = { dialog, root: request.schema, prompt: request.prompt, ask: (field) => askValue(field, asking) };
  let given: Json | undefined;
  for (;;) {
    const field: Field = { label: "", schema, initial: given ?? schema.default };
    given = (await askWhole(request, field, asking)) ?? null;
    const problems = answerProblems(request, given);
    for (const problem of problems) dialog.say(problem);
    if (problems.length === 0 && (await isToBeSent(request, given, { asking, field }))) return given;
  }
}

function askWhole(request: InputRequest, field: Field, asking: Asking): Promise<Json | undefined> {
  const { choices, as, prompt, schema } = request;
  if (choices) return isListOf(schema) ? askSeveral(field, choices.map(itemOf), asking) : chooseOne(choices, field, asking);
  if (as === "secret") return askSecret(request, asking);
  if (as !== "editor" || field.schema.type !== "string") return askValue(field, asking);
  const check = (text: string): string | undefined => answerProblems(request, text)[0];
  const hint = descriptionOf(field.schema);
  return asking.dialog.text({ label: prompt, hint, check, kind: "editor", ...(typeof field.initial === "string" && { initial: field.initial }) });
}

/** Whatever it is, it is not shown: a text, or else what it is in JSON. */
async function askSecret(request: InputRequest, { dialog, prompt }: Asking): Promise<Json> {
  const meant = (text: string): Json => (answerProblems(request, text).length === 0 ? text : (parsedJson(text) ?? text));
  const check = (text: string): string | undefined => answerProblems(request, meant(text))[0];
  return meant(await dialog.text({ label: prompt, hint: descriptionOf(resolvedSchema(request.schema, request.schema)), check, kind: "secret" }));
}

function chooseOne(choices: readonly InputChoice[], field: Field, { dialog, prompt }: Asking): Promise<Json> {
  const initial = choices.findIndex(({ value }) => JSON.stringify(value) === JSON.stringify(field.initial));
  return dialog.menu({ label: prompt, hint: descriptionOf(field.schema), items: choices.map(itemOf), initial: Math.max(0, initial) });
}

function itemOf({ value, label, hint }: InputChoice): MenuItem<Json> {
  return { value, label: label === "" ? valueText(value) : label, hint };
}

/** What was asked for in several questions is shown as a whole first; what took one question was sent with it. */
async function isToBeSent(
  request: InputRequest,
  given: Json,
  { asking, field }: { readonly asking: Asking; readonly field: Field },
): Promise<boolean> {
  const isShort =
    request.choices !== undefined ||
    request.as === "secret" ||
    !["form", "entries", "list", "variants"].includes(wayToAsk(field.schema, asking.root).by);
  if (isShort) return true;
  const lines = jsonText(given).trimEnd().split("\n");
  asking.dialog.say(
    ["", ...lines.slice(0, SHOWN_LINES), ...(lines.length > SHOWN_LINES ? [`… ${lines.length - SHOWN_LINES} lines more`] : [])].join("\n"),
  );
  return asking.dialog.yesNo({ label: "Send this answer?", hint: "no: change it", initial: true });
}
