import type { Json } from "@dad/protocol";
import { TemplateError } from "./errors.ts";
import { evaluate } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import type { Evaluation } from "./evaluation.ts";
import { MAX_RENDERED_LENGTH } from "./limits.ts";
import { lengthOf, spendLength, textOf } from "./meter.ts";
import { positionsIn } from "./position.ts";
import type { Scope } from "./scope.ts";
import type { Placeholder, Template } from "./template.ts";

/**
 * The value of a template. A template that is one `$expr{…}` and nothing else gives the value itself;
 * every other gives text, in which strings stand as they are and all else as canonical JSON (so that
 * equal values give equal texts). What a value holds is never parsed: data does not become code.
 *
 * @throws TemplateError: `TEMPLATE_REFERENCE_UNKNOWN` with the position and the nearest name that is
 * there; `TEMPLATE_VALUE_INVALID` for operands and arguments of another type and for what has no JSON
 * text; `TEMPLATE_LIMIT_EXCEEDED` for a text of more than `MAX_RENDERED_LENGTH` code units and for
 * expressions that cost more than `MAX_STEPS`.
 */
export function renderTemplate({ text, parts }: Template, scope: Scope): Json {
  const evaluation: Evaluation = { text, scope, meter: { steps: 0 }, locals: [] };
  const [only, ...others] = parts;
  if (typeof only === "object" && only.form === "expr" && others.length === 0) return wholeValue(evaluation, only);
  let rendered = "";
  for (const part of parts) {
    const piece = typeof part === "string" ? part : located(evaluation, part, () => textOf(evaluate(evaluation, part.expression)));
    if (rendered.length + piece.length > MAX_RENDERED_LENGTH) {
      throw new TemplateError("TEMPLATE_LIMIT_EXCEEDED", `the text would have more than ${MAX_RENDERED_LENGTH} characters`);
    }
    rendered += piece;
  }
  return rendered;
}

function wholeValue(evaluation: Evaluation, placeholder: Placeholder): Json {
  return located(evaluation, placeholder, () => {
    const { expression } = placeholder;
    const value = evaluate(evaluation, expression);
    // What was there before is as large as it is; what was put together can be larger than any memory once it is written.
    if (!isFound(expression)) spendLength(evaluation.meter, lengthOf(value));
    return value;
  });
}

/** Methods that give an item of the list as it is. */
const FINDING: ReadonlySet<string> = new Set(["first", "last", "find"]);

/** Whether an expression only chooses a value that was there before, or a part of one. */
function isFound(expression: Expression): boolean {
  switch (expression.kind) {
    case "literal":
    case "variable":
    case "node":
      return true;
    case "chain":
      return isFound(expression.root) && expression.steps.every((step) => step.kind === "access" || FINDING.has(step.name));
    case "conditional":
      return isFound(expression.yes) && isFound(expression.no);
    case "binary":
      return expression.operator === "??" && isFound(expression.left) && isFound(expression.right);
    default:
      return false;
  }
}

/** Gives an error the position of the placeholder, when it has no better one. */
function located<Result>({ text }: Evaluation, { offset }: Placeholder, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof TemplateError && !error.position ? error.from(positionsIn(text)(offset)) : error;
  }
}
