import { canonicalJson, type Json, messageOf } from "@dad/protocol";
import { TemplateError } from "./errors.ts";
import { positionsIn } from "./position.ts";
import { resolveReference } from "./resolve-reference.ts";
import type { Scope } from "./scope.ts";
import { MAX_RENDERED_LENGTH, type Placeholder, type Template } from "./template.ts";

/**
 * The value of a template. A template that is one `$expr{…}` and nothing else gives the value itself;
 * every other gives text, in which strings stand as they are and all else as canonical JSON (so that
 * equal values give equal texts). What a value holds is never parsed: data does not become code.
 *
 * @throws TemplateError: `TEMPLATE_REFERENCE_UNKNOWN` with the position and the nearest name that is
 * there; `TEMPLATE_VALUE_INVALID` for what has no JSON text; `TEMPLATE_LIMIT_EXCEEDED` for a text of
 * more than `MAX_RENDERED_LENGTH` code units.
 */
export function renderTemplate(template: Template, scope: Scope): Json {
  const [only, ...others] = template.parts;
  if (typeof only === "object" && only.form === "expr" && others.length === 0) return valueOf(template, only, scope);
  let text = "";
  for (const part of template.parts) {
    const piece = typeof part === "string" ? part : textOf(template, part, scope);
    if (text.length + piece.length > MAX_RENDERED_LENGTH) {
      throw new TemplateError("TEMPLATE_LIMIT_EXCEEDED", `the text would have more than ${MAX_RENDERED_LENGTH} characters`);
    }
    text += piece;
  }
  return text;
}

function valueOf(template: Template, { expression }: Placeholder, scope: Scope): Json {
  return expression.kind === "literal" ? expression.value : resolveReference(expression, scope, positionsIn(template.text));
}

function textOf(template: Template, placeholder: Placeholder, scope: Scope): string {
  const value = valueOf(template, placeholder, scope);
  if (typeof value === "string") return value;
  try {
    return canonicalJson(value);
  } catch (cause) {
    const problem = `the value has no JSON text: ${messageOf(cause)}`;
    throw new TemplateError("TEMPLATE_VALUE_INVALID", problem, { cause, position: positionsIn(template.text)(placeholder.offset) });
  }
}
