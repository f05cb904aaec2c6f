import { DadError, type Json } from "@dad/protocol";
import { type Expression, parseTemplate, renderTemplate, scopeOf, type Template, templateReferences } from "@dad/template";
import { ANYTHING, BOOLEAN, oneOf, type Shape, shapeOfData, shapeOfValue, TEXT } from "./shape.ts";

/** What is known of what templates may name. */
export interface ShapeScope {
  variable(name: string): Shape | undefined;
  node(name: string): Shape | undefined;
}

/** What a value of a definition is once its templates are rendered, as far as it is known. What is wrong in them is said elsewhere. */
export function shapeOfTemplates(value: Json, scope: ShapeScope): Shape {
  return shapeOfData(value, (text) => {
    try {
      return shapeOfTemplate(parseTemplate(text), scope);
    } catch (error) {
      if (!DadError.is(error)) throw error;
      return ANYTHING;
    }
  });
}

function shapeOfTemplate(template: Template, scope: ShapeScope): Shape {
  if (templateReferences(template).length === 0) return shapeOfValue(renderTemplate(template, scopeOf({})));
  const [first, ...others] = template.parts;
  return typeof first === "object" && first.form === "expr" && others.length === 0 ? shapeOfExpression(first.expression, scope) : TEXT;
}

const COMPARING: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);

function shapeOfExpression(expression: Expression, scope: ShapeScope): Shape {
  const shapeOf = (part: Expression) => shapeOfExpression(part, scope);
  switch (expression.kind) {
    case "literal":
      return shapeOfValue(expression.value);
    case "variable":
      return scope.variable(expression.name) ?? ANYTHING;
    case "node":
      return scope.node(expression.name) ?? ANYTHING;
    case "chain":
      return shapeOfChain(expression, scope);
    case "conditional":
      return oneOf([expression.yes, expression.no].map(shapeOf));
    case "binary":
      if (COMPARING.has(expression.operator)) return BOOLEAN;
      return expression.operator === "??" ? oneOf([expression.left, expression.right].map(shapeOf)) : ANYTHING;
    case "unary":
      return expression.operator === "!" ? BOOLEAN : ANYTHING;
    default:
      return ANYTHING;
  }
}

function shapeOfChain({ root, steps }: Extract<Expression, { readonly kind: "chain" }>, scope: ShapeScope): Shape {
  return steps.reduce<Shape>(
    (shape, step) => {
      const key = step.kind === "access" && step.key.kind === "literal" ? step.key.value : undefined;
      return typeof key === "string" || typeof key === "number" ? (shape.part(key) ?? ANYTHING) : ANYTHING;
    },
    shapeOfExpression(root, scope),
  );
}
