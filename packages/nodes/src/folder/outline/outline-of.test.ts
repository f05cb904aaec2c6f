import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paceOf } from "../pace.ts";
import type { OutlineDetail, OutlineItem, OutlineLanguage } from "./outline-item.ts";
import { outlineOf } from "./outline-of.ts";
import { outlineLine, outlineTree } from "./outline-text.ts";

const LANGUAGES: readonly OutlineLanguage[] = ["javascript", "markdown", "python", "tsx", "typescript"];

function entriesOf(language: OutlineLanguage, text: string, detail: OutlineDetail = "standard") {
  return outlineOf({ text, language }, detail, paceOf(new AbortController().signal));
}

async function linesOf(language: OutlineLanguage, text: string, detail?: OutlineDetail): Promise<readonly string[]> {
  return (await entriesOf(language, text, detail)).map(outlineLine);
}

const TYPESCRIPT = `#!/usr/bin/env node
import a, { b } from "x";
export * from './y.ts';
export { q as
  r } from "z";
export { a, b };
/** What Foo is.
 *
 * More of it. */
@sealed
export abstract class Foo<T> extends Bar<T> implements Baz {
  static #count: number = 1; // a comment
  /** Made when asked for. */
  made = (times: number) => times;
  constructor(private readonly name: string) {
    super();
  }
  get size(): number { return 1 }
  async *items(): AsyncGenerator<T> {}
  abstract close(): void;
  [Symbol.iterator]() {}
  static {}
}
export interface Shape extends Other { a?: string; area(x: number): void; (y: string): void; readonly [key: string]: unknown; new (x: number): Shape }
type Name = { a: 1 } | string;
export const enum Color { Red, Green = 2 }
declare namespace Outer.Inner { export function inside(): void }
declare global { interface Window { a: 1 } }
export const load = async (
  path: string,
): Promise<void> => {}, size: Map<string, number> = new Map();
let { one, two: [three] } = size;
const Made = class { run() {} };
/* not documentation */
function* numbers(from: number, ...rest: string[]): Generator<number> {
  function hidden() {}
}
if (size) { function within() {} }
export default { big: "object" };
`;

describe("the outline of TypeScript", () => {
  it("has the heads of declarations, nested (row 96)", async () => {
    expect(await linesOf("typescript", TYPESCRIPT)).toEqual([
      'import a, { b } from "x" [2]',
      "export * from './y.ts' [3]",
      'export { q as r } from "z" [4-5]',
      "export { a, b } [6]",
      "@sealed export abstract class Foo<T> extends Bar<T> implements Baz [10-23]",
      "  static #count: number [12]",
      "  made = (times: number) [14]",
      "  constructor(private readonly name: string) [15-17]",
      "  get size(): number [18]",
      "  async *items(): AsyncGenerator<T> [19]",
      "  abstract close(): void [20]",
      "  [Symbol.iterator]() [21]",
      "export interface Shape extends Other [24]",
      "  a?: string [24]",
      "  area(x: number): void [24]",
      "  (y: string): void [24]",
      "  readonly [key: string]: unknown [24]",
      "  new (x: number): Shape [24]",
      "type Name = { a: 1 } | string [25]",
      "export const enum Color [26]",
      "  Red [26]",
      "  Green [26]",
      "declare namespace Outer.Inner [27]",
      "  export function inside(): void [27]",
      "interface Window [28]",
      "  a: 1 [28]",
      "export const load = async ( path: string, ): Promise<void> [29-31]",
      "export const size: Map<string, number> [31]",
      "let { one, two: [three] } [32]",
      "const Made = class [33]",
      "  run() [33]",
      "function* numbers(from: number, ...rest: string[]): Generator<number> [35-37]",
      "function within() [38]",
      'export default { big: "object" } [39]',
    ]);
  });

  it("has names alone when little is wanted, and documentation when much is (row 96)", async () => {
    const basic = await linesOf("typescript", TYPESCRIPT, "basic");
    expect(basic.slice(0, 8)).toEqual([
      "import x [2]",
      "export ./y.ts [3]",
      "export z [4-5]",
      "export { a, b } [6]",
      "class Foo [10-23]",
      "  property #count [12]",
      "  method made [14]",
      "  method constructor [15-17]",
    ]);
    const full = await linesOf("typescript", TYPESCRIPT, "full");
    expect(full[4]).toBe("@sealed export abstract class Foo<T> extends Bar<T> implements Baz [10-23]\n  What Foo is.\n\n  More of it.");
    expect(full[6]).toBe("  made = (times: number) [14]\n    Made when asked for.");
    expect(full.join("\n")).not.toContain("not documentation");
  });

  it("has what can be made out of text with mistakes", async () => {
    const text = "class A { ok() {} bad( { } after() {} }\nexport const = 3;\nfunction last() {}\nconst x = {";
    expect(await linesOf("javascript", text)).toEqual(
      expect.arrayContaining(["class A [1]", "  ok() [1]", "  after() [1]", "function last() [3]", "const x [4]"]),
    );
  });

  it("reads JSX where there is some, and assertions in brackets where there is none", async () => {
    expect(await linesOf("tsx", "const App = () => <div>{1}</div>;\nfunction After() {}")).toEqual(["const App = () [1]", "function After() [2]"]);
    expect(await linesOf("typescript", "const a = <string>b;\nfunction After() {}")).toEqual(["const a [1]", "function After() [2]"]);
  });
});

const PYTHON = `#!/usr/bin/env python
"""What the module is."""
import os, sys as system
from a.b import (c,
    d)
from . import e
@dataclass
class A(B, metaclass=M):
    """What A is.

    More of it.
    """
    x: int = 1
    y: str
    z = w = 3
    async def run(self, a: int = 1,
                  b=2) -> str:
        '''Runs.'''
        def hidden(): pass
    @property
    def name(self): return 1
    class Inner: pass

if True:
    def under_condition(): ...
try:
    first, second = 1, 2
except E:
    def fallback(): pass
self.q = 1
type Numbers = list[int]
def generic[T](a: T): yield
`;

describe("the outline of Python", () => {
  it("has the heads of declarations, nested (row 96)", async () => {
    expect(await linesOf("python", PYTHON)).toEqual([
      "import os, sys as system [3]",
      "import os, sys as system [3]",
      "from a.b import (c, d) [4-5]",
      "from . import e [6]",
      "@dataclass class A(B, metaclass=M) [7-22]",
      "  x: int [13]",
      "  y: str [14]",
      "  z [15]",
      "  w [15]",
      "  async def run(self, a: int = 1, b=2) -> str [16-19]",
      "  @property def name(self) [20-21]",
      "  class Inner [22]",
      "def under_condition() [25]",
      "first [27]",
      "second [27]",
      "def fallback() [29]",
      "type Numbers = list[int] [31]",
      "def generic[T](a: T) [32]",
    ]);
    const basic = await linesOf("python", PYTHON, "basic");
    expect(basic.slice(0, 5)).toEqual(["import os [3]", "import sys [3]", "import a.b [4-5]", "import . [6]", "class A [7-22]"]);
    const full = await linesOf("python", PYTHON, "full");
    expect(full[4]).toContain("\n  What A is.\n\n  More of it.");
    expect(full[9]).toContain("\n    Runs.");
  });

  it("has what can be made out of text with mistakes", async () => {
    const text = "def a(:\n    pass\n\nclass B\n    def c(self): pass\n\ndef d(): pass\n";
    expect((await linesOf("python", text)).join("\n")).toMatch(/def a.*class B.*def d\(\)/s);
  });
});

describe("the outline of Markdown", () => {
  it("has the headings, each to the end of its section, and neither data in front nor code (row 96)", async () => {
    const text =
      "---\ntitle: x\n---\nTitle\n===\n\nText\n\n## Two *em* ##\n\n```\n# not\n```\n\n> # quoted\n\n- # in a list\n\n#### C#\n\nSub\n---\n\n# Last #\nx\n";
    expect(await linesOf("markdown", text)).toEqual([
      "# Title [4-23]",
      "  ## Two *em* [9-20]",
      "    #### C# [19-20]",
      "  ## Sub [21-23]",
      "# Last [24-25]",
    ]);
    expect(await linesOf("markdown", "---\n# a\n", "basic")).toEqual(["heading a [2]"]);
  });
});

describe("an outline", () => {
  it("is a nested list", async () => {
    expect(outlineTree(await entriesOf("python", "class A:\n  def b(self):\n    pass\nc = 1\n"))).toEqual([
      {
        kind: "class",
        name: "A",
        line: 1,
        endLine: 3,
        signature: "class A",
        children: [{ kind: "method", name: "b", line: 2, endLine: 3, signature: "def b(self)" }],
      },
      { kind: "variable", name: "c", line: 4, endLine: 4, signature: "c" },
    ]);
  });

  it("can be made of any text, and stays within its lines", async () => {
    const words = fc.constantFrom(
      "class A",
      "def f(x):",
      "{",
      "}",
      "(",
      '"',
      "'''",
      "/**",
      "*/",
      "\n",
      "\n  ",
      "# a",
      "export",
      "default",
      "=>",
      "`",
      "---",
      "@x",
      "import",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(words, { maxLength: 40 }).map((parts) => parts.join(" ")),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...LANGUAGES), text, async (language, text) => {
        const lines = text.split("\n").length;
        const check = (items: readonly OutlineItem[], from: number): void => {
          for (const { line, endLine, name, signature, children = [] } of items) {
            expect(line).toBeGreaterThanOrEqual(from);
            expect(endLine).toBeGreaterThanOrEqual(line);
            expect(endLine).toBeLessThanOrEqual(lines);
            expect(`${name}${signature}`).not.toContain("\n");
            check(children, line);
          }
        };
        check(outlineTree(await entriesOf(language, text, "full")), 1);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[OutlineLanguage, string]>([
    ["typescript", "namespace a {".repeat(5000)],
    ["typescript", "{".repeat(5000)],
    ["javascript", "class A { static x = class {".repeat(3000)],
    ["python", Array.from({ length: 300 }, (_, depth) => `${" ".repeat(depth)}class A:\n`).join("")],
    ["python", Array.from({ length: 300 }, (_, depth) => `${" ".repeat(depth)}if x:\n`).join("")],
    ["markdown", "> ".repeat(3000)],
  ])("of %s can be made of text that nests without end", async (language, text) => {
    expect((await entriesOf(language, text)).length).toBeLessThanOrEqual(64);
  });
});
