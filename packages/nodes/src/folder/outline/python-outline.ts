import type { SyntaxNode } from "@lezer/common";
import { type Declaration, MAX_NESTING, type OutlineKind, type Span } from "./outline-item.ts";

type Found = Generator<Declaration | undefined, void>;

interface Surroundings {
  readonly text: string;
  readonly depth: number;
  readonly inClass: boolean;
}

/** The declarations of Python. Those inside of functions are not looked for. */
export function* pythonDeclarations(top: SyntaxNode, text: string): Found {
  yield* declarationsIn(top, { text, depth: 0, inClass: false });
}

function* declarationsIn(parent: SyntaxNode, around: Surroundings): Found {
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    yield undefined;
    yield* declarationsOf(node, around, node.from);
  }
}

/** `from`: where the declaration begins, with its decorators. */
function* declarationsOf(node: SyntaxNode, around: Surroundings, from: number): Found {
  const kind = around.inClass ? "property" : "variable";
  switch (node.name) {
    case "ClassDefinition":
      yield* definition(node, around, { kind: "class", from });
      break;
    case "FunctionDefinition":
      yield* definition(node, around, { kind: around.inClass ? "method" : "function", from });
      break;
    case "DecoratedStatement":
      if (node.lastChild) yield* declarationsOf(node.lastChild, around, from);
      break;
    case "AssignStatement":
      yield* assigned(node, around, kind);
      break;
    case "TypeDefinition":
      yield* named(node, around, "type");
      break;
    case "ImportStatement":
      yield* imported(node, around);
      break;
    default:
      // `if`, `try`, `with`: what is declared in there is declared around them.
      if (blocksAround(node) < MAX_NESTING) for (const body of node.getChildren("Body")) yield* declarationsIn(body, around);
  }
}

function blocksAround(node: SyntaxNode): number {
  let count = 0;
  for (let parent = node.parent; parent; parent = parent.parent) if (parent.name === "Body") count += 1;
  return count;
}

function* definition(node: SyntaxNode, { text, depth }: Surroundings, { kind, from }: { readonly kind: OutlineKind; readonly from: number }): Found {
  const name = node.getChild("VariableName");
  const body = node.getChild("Body");
  if (!name) return;
  const doc = body ? docstringIn(body) : undefined;
  yield { kind, name: text.slice(name.from, name.to), depth, from, to: endOf(node, text), head: [{ from, to: body?.from ?? node.to }], doc };
  if (kind === "class" && body && depth + 1 < MAX_NESTING) yield* declarationsIn(body, { text, depth: depth + 1, inClass: true });
}

/** The string that is the first statement of a body or of a file. */
export function docstringIn(body: SyntaxNode): SyntaxNode | undefined {
  let first = body.firstChild;
  while (first && (first.name === ":" || first.name === "Comment")) first = first.nextSibling;
  const text = first?.name === "ExpressionStatement" ? first.firstChild : null;
  return text && /^(?:Continued)?String$/.test(text.name) && !text.nextSibling ? text : undefined;
}

/** Names, and names that are only annotated; not `a.b = …`. */
function* assigned(node: SyntaxNode, { text, depth }: Surroundings, kind: OutlineKind): Found {
  const last = node.getChildren("AssignOp").at(-1);
  const typed = node.getChild("TypeDef");
  for (let child = node.firstChild; child && (last ? child.from < last.from : true); child = child.nextSibling) {
    if (child.name !== "VariableName") continue;
    const name = text.slice(child.from, child.to);
    yield { kind, name, depth, from: node.from, to: node.to, head: typed ? [{ from: child.from, to: typed.to }] : [child] };
  }
}

function* named(node: SyntaxNode, { text, depth }: Surroundings, kind: OutlineKind): Found {
  const name = node.getChild("VariableName");
  if (name) yield { kind, name: text.slice(name.from, name.to), depth, from: node.from, to: node.to, head: [node] };
}

/** One for each module. */
function* imported(node: SyntaxNode, { text, depth }: Surroundings): Found {
  const statement = text.slice(node.from, node.to).replaceAll(/\s+/g, " ");
  const source = /^from ([^ ]+(?: [^ ]+)*?) import\b/.exec(statement)?.[1]?.replaceAll(" ", "");
  const modules = source === undefined ? statement.replace(/^import /, "").split(",") : [source];
  for (const module of modules) {
    const name = module.trim().split(" ")[0] ?? "";
    if (name !== "") yield { kind: "import", name, depth, from: node.from, to: node.to, head: [node] };
  }
}

/** A block ends after the line break of its last line. */
function endOf({ to, from }: Span, text: string): number {
  let end = to;
  while (end > from && /\s/.test(text.charAt(end - 1))) end -= 1;
  return end;
}
