import type { Json } from "@dad/protocol";
import { callFunction, callMethod, noMethod, plainNumber, type Supplied } from "./call.ts";
import type { TemplateError } from "./errors.ts";
import { type Evaluation, truth, typed, wrongValue } from "./evaluation.ts";
import type { Access, Argument, Binary, Chain, Expression, Lambda, MethodCall, Unary } from "./expression.ts";
import { keyOf, partOf, rootValue, unknownPart, unknownRoot } from "./look-up.ts";
import { spend, spendLength } from "./meter.ts";
import { apply } from "./operators.ts";

/**
 * The value of an expression. Values are looked up, compared and put together; none is ever read as an expression.
 *
 * @throws TemplateError: `TEMPLATE_REFERENCE_UNKNOWN`, `TEMPLATE_VALUE_INVALID` or `TEMPLATE_LIMIT_EXCEEDED`.
 */
export function evaluate(evaluation: Evaluation, expression: Expression): Json {
  spend(evaluation.meter, 1);
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "parameter":
      return evaluation.locals[expression.slot] ?? null;
    case "variable":
    case "node":
    case "chain":
      return found(evaluation, expression, refuse);
    case "list":
      return expression.items.map((item) => evaluate(evaluation, item));
    case "members":
      // `fromEntries` defines members, so that a key `__proto__` stays a key.
      return Object.fromEntries(expression.members.map(({ key, value }) => [key, evaluate(evaluation, value)]));
    case "call":
      return callFunction(evaluation, expression, suppliedTo(evaluation, expression.arguments));
    case "unary":
      return unary(evaluation, expression);
    case "binary":
      return binary(evaluation, expression);
    default:
      return evaluate(evaluation, condition(evaluation, expression.test) ? expression.yes : expression.no);
  }
}

/** What comes of it that something is not there. */
type Missing<Absent> = (error: () => TemplateError) => Absent;

function refuse(error: () => TemplateError): never {
  throw error();
}

function found<Absent extends undefined>(evaluation: Evaluation, expression: Expression, missing: Missing<Absent>): Json | Absent {
  if (expression.kind === "chain") return chainValue(evaluation, expression, missing);
  if (expression.kind !== "variable" && expression.kind !== "node") return evaluate(evaluation, expression);
  const value = rootValue(evaluation, expression);
  return value === undefined ? missing(() => unknownRoot(evaluation, expression)) : value;
}

/** The value of what stands before `??`; `undefined` when something that it names is not there. */
function valueIfThere(evaluation: Evaluation, expression: Expression): Json | undefined {
  if (expression.kind !== "binary" || expression.operator !== "??") return found(evaluation, expression, () => undefined);
  return valueIfThere(evaluation, expression.left) ?? valueIfThere(evaluation, expression.right);
}

function chainValue<Absent extends undefined>(evaluation: Evaluation, chain: Chain, missing: Missing<Absent>): Json | Absent {
  let value = found(evaluation, chain.root, missing);
  for (const step of chain.steps) {
    if (value === undefined) return value;
    spend(evaluation.meter, 1);
    const taken = step.kind === "access" ? access(evaluation, value, { chain, step }) : method(evaluation, value, { chain, step });
    if (typeof taken === "function") return step.optional ? null : missing(taken);
    value = taken;
  }
  return value;
}

/** A step of a chain, which gives a value or the error for what is not there. */
interface Taking<Taken> {
  readonly chain: Chain;
  readonly step: Taken;
}

function access(evaluation: Evaluation, value: Json, { chain, step }: Taking<Access>): Json | (() => TemplateError) {
  const key = keyOf(evaluation, { access: step, key: evaluate(evaluation, step.key) });
  if (typeof key === "string") spendLength(evaluation.meter, key.length);
  const part = partOf(value, key);
  return part === undefined ? () => unknownPart(evaluation, value, { chain, access: step, key }) : part;
}

function method(evaluation: Evaluation, value: Json, { chain, step }: Taking<MethodCall>): Json | (() => TemplateError) {
  const receiver = { span: { offset: chain.offset, end: step.offset }, value };
  if (value === null) return () => noMethod(evaluation, step, receiver);
  return callMethod(evaluation, step, [receiver, ...suppliedTo(evaluation, step.arguments)]);
}

function suppliedTo(evaluation: Evaluation, given: readonly Argument[]): readonly Supplied[] {
  return given.map((argument) => {
    if (argument.kind !== "lambda") return { span: argument, value: evaluate(evaluation, argument) };
    return { span: argument.body, value: callable(evaluation, argument) };
  });
}

/** Functions inside of the body have slots behind its own: what it does not name itself, they set before they read it. */
function callable(evaluation: Evaluation, { slot, body }: Lambda): (item: Json, index: number) => Json {
  return (item, index) => {
    evaluation.locals[slot] = item;
    evaluation.locals[slot + 1] = index;
    return evaluate(evaluation, body);
  };
}

function condition(evaluation: Evaluation, expression: Expression, hint?: string): boolean {
  return truth(evaluation, evaluate(evaluation, expression), { span: expression, hint });
}

function unary(evaluation: Evaluation, { operator, operand }: Unary): Json {
  if (operator === "!") return !condition(evaluation, operand);
  const value = evaluate(evaluation, operand);
  if (typeof value !== "number") throw wrongValue(evaluation, operand, `${typed(evaluation, operand, value)}; - takes a number`);
  return value === 0 ? 0 : -value;
}

const HINT_OF_OR = "for a default, write ??";

function binary(evaluation: Evaluation, expression: Binary): Json {
  const { operator, left, right } = expression;
  if (operator === "??") return valueIfThere(evaluation, left) ?? evaluate(evaluation, right);
  if (operator === "&&") return condition(evaluation, left) && condition(evaluation, right);
  if (operator === "||") return condition(evaluation, left, HINT_OF_OR) || condition(evaluation, right, HINT_OF_OR);
  const applied = apply(evaluation.meter, operator, { left: evaluate(evaluation, left), right: evaluate(evaluation, right) });
  if ("problem" in applied) throw wrongValue(evaluation, expression.sign, applied.problem);
  const { value } = applied;
  return typeof value === "number" ? plainNumber(value, () => wrongValue(evaluation, expression.sign, "the result is too large a number")) : value;
}
