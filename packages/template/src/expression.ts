import type { Json } from "@dad/protocol";

/** Where something is written: offsets in the text of the template, the second one behind it. */
export interface Span {
  readonly offset: number;
  readonly end: number;
}

/** What is between `$expr{` and its `}`: a tree of data. */
export type Expression = Literal | Root | Chain | List | Members | Unary | Binary | Conditional | Call;

export interface Literal extends Span {
  readonly kind: "literal";
  readonly value: Json;
}

/** What values are looked up by. */
export type Root = Variable | Parameter | NodeResult;

export interface Variable extends Span {
  readonly kind: "variable";
  readonly name: string;
}

/** A parameter of a function around. The innermost of its name was found when it was parsed, so that it is only a place now. */
export interface Parameter extends Span {
  readonly kind: "parameter";
  readonly slot: number;
}

export interface NodeResult extends Span {
  readonly kind: "node";
  /** As it is written in `$hier{…}`. */
  readonly name: string;
}

/** A value, and the way into it. */
export interface Chain extends Span {
  readonly kind: "chain";
  readonly root: Expression;
  readonly steps: readonly Step[];
}

export type Step = Access | MethodCall;

/** A member by its key, or an item by its index from 0. */
export interface Access extends Span {
  readonly kind: "access";
  readonly key: Expression;
  /** `?.`: where there is no such member, the chain ends with null. */
  readonly optional: boolean;
}

export interface MethodCall extends Span {
  readonly kind: "method";
  readonly name: string;
  readonly arguments: readonly Argument[];
  /** `?.`: where the value is null, the chain ends with null. */
  readonly optional: boolean;
}

/** A function of the language: `min(a, b)`. */
export interface Call extends Span {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Argument[];
}

export type Argument = Expression | Lambda;

/** `x => x.name`. Only an argument can be one, so that it is called while its surroundings are being evaluated, and never later. */
export interface Lambda extends Span {
  readonly kind: "lambda";
  /** The slot of its first parameter; the others follow. */
  readonly slot: number;
  readonly body: Expression;
}

export interface List extends Span {
  readonly kind: "list";
  readonly items: readonly Expression[];
}

export interface Members extends Span {
  readonly kind: "members";
  readonly members: readonly { readonly key: string; readonly value: Expression }[];
}

export interface Unary extends Span {
  readonly kind: "unary";
  readonly operator: "!" | "-";
  readonly operand: Expression;
}

export type BinaryOperator = "??" | "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "+" | "-" | "*" | "/" | "%";

export interface Binary extends Span {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  /** Where the operator stands. */
  readonly sign: Span;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Conditional extends Span {
  readonly kind: "conditional";
  readonly test: Expression;
  readonly yes: Expression;
  readonly no: Expression;
}

/** What an expression is made of, in the order in which it is written. */
export function partsOf(expression: Argument): readonly Argument[] {
  switch (expression.kind) {
    case "literal":
    case "variable":
    case "parameter":
    case "node":
      return [];
    case "chain":
      return [expression.root, ...expression.steps.flatMap((step) => (step.kind === "access" ? [step.key] : step.arguments))];
    case "call":
      return expression.arguments;
    case "lambda":
      return [expression.body];
    case "list":
      return expression.items;
    case "members":
      return expression.members.map(({ value }) => value);
    case "unary":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    default:
      return [expression.test, expression.yes, expression.no];
  }
}
