import type { SyntaxNode, Tree } from "@lezer/common";
import type { ReadSettings } from "./folder-settings.ts";
import { isDocumentation } from "./outline/javascript-outline.ts";
import type { OutlineLanguage, Span } from "./outline/outline-item.ts";
import { parsed, type SourceText } from "./outline/outline-of.ts";
import { docstringIn } from "./outline/python-outline.ts";
import { type Pace, paced } from "./pace.ts";

type Exclusion = NonNullable<ReadSettings["contentExclusions"]>[number];

const COMMENTS = new Set(["BlockComment", "Comment", "CommentBlock", "LineComment"]);

/** A text without comments, documentation or blank lines. Comments are found by the grammar of a language: what has none keeps them. */
export async function withoutExclusions(
  { text, language }: { readonly text: string; readonly language: OutlineLanguage | undefined },
  exclusions: readonly Exclusion[],
  pace: Pace,
): Promise<string> {
  let left = text;
  if (language && (exclusions.includes("comments") || exclusions.includes("docStrings"))) {
    const tree = await parsed({ text, language }, pace);
    const spans = await paced(excludedIn(tree, { text, language }, exclusions), pace);
    spans.sort((one, other) => one.from - other.from);
    left = (await paced(around(spans, text), pace)).join("");
  }
  return exclusions.includes("blankLines") ? (await paced(linesWithText(left), pace)).join("") : left;
}

/** Where there is a comment or documentation. */
function* excludedIn(tree: Tree, { text, language }: SourceText, exclusions: readonly Exclusion[]): Generator<Span | undefined> {
  const cursor = tree.cursor();
  const docstrings = language === "python" && exclusions.includes("docStrings");
  do {
    const { name, from, to } = cursor;
    if (COMMENTS.has(name)) {
      // The first line of a script names its interpreter.
      const script = from === 0 && text.startsWith("#!");
      const excluded = exclusions.includes("comments") || (exclusions.includes("docStrings") && isDocumentation(text, from));
      if (excluded && !script) yield { from, to };
    } else if (docstrings && (name === "Body" || name === "Script")) {
      const docstring = holdsDocstring(cursor.node) ? docstringIn(cursor.node) : undefined;
      if (docstring) yield { from: docstring.from, to: docstring.to };
    }
    yield undefined;
  } while (cursor.next());
}

/** The bodies of Python's modules, classes and functions. */
function holdsDocstring({ name, parent }: SyntaxNode): boolean {
  return name === "Script" || parent?.name === "ClassDefinition" || parent?.name === "FunctionDefinition";
}

/** What is left of a text without the spans: a line that held nothing else goes too. */
function* around(spans: readonly Span[], text: string): Generator<string> {
  let at = 0;
  for (const { from, to } of spans) {
    const start = backOverSpaces(text, from, at);
    const end = overSpaces(text, to);
    const begins = start === 0 || text[start - 1] === "\n";
    const ends = end === text.length || text[end] === "\n" || text.startsWith("\r\n", end);
    if (begins && ends) {
      yield text.slice(at, start);
      at = text.indexOf("\n", end) + 1 || text.length;
    } else {
      yield text.slice(at, ends ? start : from);
      // What stood apart stays apart: a comment is white space, and a line break if it holds one.
      if (!ends) yield text.slice(from, to).includes("\n") ? "\n" : " ";
      at = ends ? end : to;
    }
  }
  yield text.slice(at);
}

function backOverSpaces(text: string, from: number, least: number): number {
  let start = from;
  while (start > least && /[ \t]/.test(text.charAt(start - 1))) start -= 1;
  return start;
}

function overSpaces(text: string, from: number): number {
  let end = from;
  while (/[ \t]/.test(text.charAt(end))) end += 1;
  return end;
}

function* linesWithText(text: string): Generator<string | undefined> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at) + 1 || text.length;
    const line = text.slice(at, end);
    yield line.trim() === "" ? undefined : line;
    at = end;
  }
}
