import type { SyntaxNode } from "@lezer/common";
import { type Declaration, MAX_NESTING, type OutlineKind, type Span } from "./outline-item.ts";

type Found = Generator<Declaration | undefined, void>;

/** What stands around a declaration. */
interface Surroundings {
  readonly text: string;
  readonly depth: number;
  /** Where it begins, with `export` and `declare`. */
  readonly from: number;
  readonly doc: Span | undefined;
}

type Finder = (node: SyntaxNode, around: Surroundings) => Found;

/** Statements in which declarations are looked for, as if these stood around them. */
const TRANSPARENT = new Set(["Block", "IfStatement", "TryStatement", "CatchClause", "FinallyClause", "GlobalDeclaration", "⚠"]);

const FINDERS: Readonly<Record<string, Finder | undefined>> = {
  ImportDeclaration: importOf,
  ExportDeclaration: exported,
  AmbientDeclaration: wrapped,
  ClassDeclaration: (node, around) => declared(node, around, { kind: "class", body: "ClassBody" }),
  InterfaceDeclaration: (node, around) => declared(node, around, { kind: "interface", body: "ObjectType" }),
  // That of a module in quotes is none to the grammar: what is in it stands beside it.
  NamespaceDeclaration: (node, around) => (node.getChild("Block") ? declared(node, around, { kind: "namespace", body: "Block" }) : nothing()),
  EnumDeclaration: (node, around) => declared(node, around, { kind: "enum", body: "EnumBody" }),
  FunctionDeclaration: (node, around) => declared(node, around, { kind: "function", end: "Block" }),
  AmbientFunctionDeclaration: (node, around) => declared(node, around, { kind: "function", end: "Block" }),
  TypeAliasDeclaration: (node, around) => declared(node, around, { kind: "type" }),
  VariableDeclaration: variables,
  MethodDeclaration: (node, around) => declared(node, around, { kind: "method", end: "Block" }),
  PropertyDeclaration: property,
  PropertyType: (node, around) => declared(node, around, { kind: "property" }),
  IndexSignature: (node, around) => declared(node, around, { kind: "property" }),
  MethodType: (node, around) => declared(node, around, { kind: "method" }),
  CallSignature: (node, around) => declared(node, around, { kind: "method" }),
  NewSignature: (node, around) => declared(node, around, { kind: "method" }),
  // In the body of an enumeration.
  PropertyName: (node, around) => declared(node, around, { kind: "member" }),
};

/** The declarations of TypeScript and JavaScript. Those inside of functions are not looked for. */
export function* javascriptDeclarations(top: SyntaxNode, text: string): Found {
  yield* declarationsIn(top, { text, depth: 0 });
}

function* declarationsIn(parent: SyntaxNode, { text, depth }: Pick<Surroundings, "text" | "depth">): Found {
  let doc: Span | undefined;
  let decorators: Span | undefined;
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    yield undefined;
    if (node.name === "BlockComment") doc = isDocumentation(text, node.from) ? node : undefined;
    else if (isOnlyDecorators(node)) decorators = node;
    else {
      if (!TRANSPARENT.has(node.name)) yield* FINDERS[node.name]?.(node, { text, depth, from: decorators?.from ?? node.from, doc }) ?? [];
      else if (nestingOf(node) < MAX_NESTING * 4) yield* declarationsIn(node, { text, depth });
      doc = undefined;
      decorators = undefined;
    }
  }
}

/** `/**` begins documentation, unless that is all of it. */
export function isDocumentation(text: string, from: number): boolean {
  return text.startsWith("/**", from) && !text.startsWith("/**/", from);
}

/** Of decorators in front of `export` the grammar makes a class without a body. */
function isOnlyDecorators(node: SyntaxNode): boolean {
  return node.name === "ClassDeclaration" && node.firstChild?.name === "Decorator" && !node.getChild("ClassBody");
}

/** Blocks within blocks have no depth in the outline, but a limit. */
function nestingOf(node: SyntaxNode): number {
  let count = 0;
  for (let parent = node.parent; parent; parent = parent.parent) count += 1;
  return count;
}

function* nothing(): Found {}

interface Shape {
  readonly kind: OutlineKind;
  /** The child in which there are more declarations. */
  readonly body?: string;
  /** The child with which the head ends; default: the body. */
  readonly end?: string;
}

function* declared(node: SyntaxNode, around: Surroundings, { kind, body, end = body }: Shape): Found {
  const { text, depth, from, doc } = around;
  const last = end === undefined ? undefined : childOf(node, end);
  const inner = body === undefined ? undefined : childOf(node, body);
  const head = [{ from, to: last?.from ?? node.to }];
  yield { kind, name: nameOf(node, text), depth, from, to: node.to, head, doc };
  if (inner && depth + 1 < MAX_NESTING) yield* declarationsIn(inner, { text, depth: depth + 1 });
}

function* importOf(node: SyntaxNode, { text, depth, from }: Surroundings): Found {
  const source = childOf(node, "String");
  if (source) yield { kind: "import", name: unquoted(text.slice(source.from, source.to)), depth, from, to: node.to, head: [node] };
}

/** `export … from`, `export { … }`, or `export` before a declaration or a value. */
function* exported(node: SyntaxNode, around: Surroundings): Found {
  const { text, depth, from, doc } = around;
  const source = childOf(node, "String");
  const group = childOf(node, "ExportGroup");
  if (source ?? group) {
    const name = source ? unquoted(text.slice(source.from, source.to)) : text.slice(group?.from, group?.to);
    yield { kind: "export", name, depth, from, to: node.to, head: [node] };
  } else if (hasDeclaration(node)) yield* wrapped(node, around);
  else if (childOf(node, "default")) yield { kind: "export", name: "default", depth, from, to: node.to, head: [node], doc };
}

function hasDeclaration(node: SyntaxNode): boolean {
  for (let child = node.firstChild; child; child = child.nextSibling) if (FINDERS[child.name]) return true;
  return false;
}

function* wrapped(node: SyntaxNode, around: Surroundings): Found {
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (TRANSPARENT.has(child.name)) yield* declarationsIn(child, around);
    else yield* FINDERS[child.name]?.(child, around) ?? [];
  }
}

const TARGETS = new Set(["VariableDefinition", "ObjectPattern", "ArrayPattern"]);

/** `const a = 1, b = () => 2`: each with the word in front of all. */
function* variables(node: SyntaxNode, around: Surroundings): Found {
  const word = node.firstChild;
  if (!word) return;
  let { from } = around;
  for (let child = word.nextSibling; child; child = child.nextSibling) {
    if (!TARGETS.has(child.name)) from = child.to;
    else yield* variable(child, { ...around, from: Math.min(from, child.from) }, { from: around.from, to: word.to });
  }
}

function* variable(target: SyntaxNode, around: Surroundings, lead: Span): Found {
  const { text, depth, from, doc } = around;
  const { annotation, value, end } = declaratorOf(target);
  const name = text.slice(target.from, target.to);
  const body = value?.name === "ClassExpression" ? childOf(value, "ClassBody") : null;
  const head = [lead, { from: target.from, to: headEnd(value, annotation ?? target, body) }];
  yield { kind: kindOf(value, "function") ?? "variable", name, depth, from, to: end, head, doc };
  if (body && depth + 1 < MAX_NESTING) yield* declarationsIn(body, { text, depth: depth + 1 });
}

function declaratorOf(target: SyntaxNode): { annotation?: SyntaxNode; value?: SyntaxNode; end: number } {
  let annotation: SyntaxNode | undefined;
  let value: SyntaxNode | undefined;
  for (let node = target.nextSibling; node && node.name !== "," && node.name !== ";"; node = node.nextSibling) {
    if (node.name === "TypeAnnotation") annotation = node;
    if (node.prevSibling?.name === "Equals") value = node;
  }
  return { ...(annotation && { annotation }), ...(value && { value }), end: (value ?? annotation ?? target).to };
}

/** The parameters of a function belong to its head, and other values do not. */
function headEnd(value: SyntaxNode | undefined, before: SyntaxNode, body: SyntaxNode | null): number {
  if (value?.name === "ArrowFunction") return childOf(value, "Arrow")?.from ?? before.to;
  if (value?.name === "FunctionExpression") return childOf(value, "Block")?.from ?? before.to;
  return body?.from ?? before.to;
}

function kindOf(value: SyntaxNode | undefined, callable: "function" | "method"): OutlineKind | undefined {
  if (value?.name === "ClassExpression") return "class";
  return value?.name === "ArrowFunction" || value?.name === "FunctionExpression" ? callable : undefined;
}

function* property(node: SyntaxNode, { text, depth, from, doc }: Surroundings): Found {
  const equals = childOf(node, "Equals");
  const value = equals?.nextSibling ?? undefined;
  const head = [{ from, to: equals ? headEnd(value, equals.prevSibling ?? equals, null) : node.to }];
  yield { kind: kindOf(value, "method") ?? "property", name: nameOf(node, text), depth, from, to: node.to, head, doc };
}

const NAMES = /^(?:VariableDefinition|TypeDefinition|PropertyDefinition|PrivatePropertyDefinition|PropertyName|String|Number)$/;

/** The name of a declaration, `[…]` for one that is computed, and what it is for one that has none. */
function nameOf(node: SyntaxNode, text: string): string {
  if (node.name === "PropertyName") return text.slice(node.from, node.to);
  if (node.name === "CallSignature") return "()";
  if (node.name === "NewSignature") return "new";
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name === "[") return text.slice(child.from, childOf(node, "]")?.to ?? child.to);
    if (NAMES.test(child.name)) return qualified(child, text);
  }
  return "default";
}

/** `a.b` of `namespace a.b`. */
function qualified(first: SyntaxNode, text: string): string {
  let last = first;
  while (last.nextSibling?.name === "." && last.nextSibling.nextSibling) last = last.nextSibling.nextSibling;
  return unquoted(text.slice(first.from, last.to));
}

function childOf(node: SyntaxNode, name: string): SyntaxNode | null {
  return node.getChild(name);
}

function unquoted(text: string): string {
  return text.replace(/^(['"])(.*)\1$/s, "$2");
}
