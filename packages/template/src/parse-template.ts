import { invalid } from "./cursor.ts";
import { TemplateError } from "./errors.ts";
import { MAX_TEMPLATE_LENGTH } from "./limits.ts";
import { parseBody } from "./parse-expression.ts";
import type { Placeholder, Template } from "./template.ts";

/** A run of dollars before an opening. The look-behind makes each run match once, from its first dollar. */
const OPENING = /(?<!\$)(\$+)(var|expr|hier)\{/g;

/**
 * Reads a template. Nothing is looked up and nothing is evaluated.
 *
 * @throws TemplateError: `TEMPLATE_INVALID` with the position and what was expected there;
 * `TEMPLATE_REFERENCE_UNKNOWN` for a function or method that there is not; `TEMPLATE_LIMIT_EXCEEDED` for a text of more than
 * `MAX_TEMPLATE_LENGTH` code units, and for expressions in more than `MAX_EXPRESSION_DEPTH` others.
 */
export function parseTemplate(text: string): Template {
  if (text.length > MAX_TEMPLATE_LENGTH) {
    throw new TemplateError("TEMPLATE_LIMIT_EXCEEDED", `a template has at most ${MAX_TEMPLATE_LENGTH} characters; this has ${text.length}`);
  }
  const parts: (string | Placeholder)[] = [];
  let literal = "";
  let end = 0;
  for (const opening of text.matchAll(OPENING)) {
    // Inside of the expression before it: `$hier{` and quoted text.
    if (opening.index < end) continue;
    literal += text.slice(end, opening.index);
    end = opening.index + opening[0].length;
    if (opening[1] !== "$") {
      literal += opening[0].slice(1);
      continue;
    }
    if (literal !== "") parts.push(literal);
    literal = "";
    const { form, parsed } = placeholder(text, opening);
    parts.push(deepFreeze({ form, offset: opening.index, expression: parsed.expression }));
    end = parsed.end;
  }
  literal += text.slice(end);
  if (literal !== "") parts.push(literal);
  return Object.freeze({ text, parts: Object.freeze(parts) });
}

function placeholder(text: string, opening: RegExpExecArray) {
  const form = opening[2];
  if (form !== "var" && form !== "expr") {
    throw invalid(text, opening.index, "$hier{…} stands inside of $expr{…}: write $expr{$hier{…}}, or $$hier{…} for the text itself");
  }
  return { form, parsed: parseBody(text, opening.index + opening[0].length, form) } as const;
}

/** A text that renders as the given one, whatever is in it. */
export function escapeTemplate(text: string): string {
  return text.replaceAll(/\$(?=(?:var|expr|hier)\{)/g, () => "$$");
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
