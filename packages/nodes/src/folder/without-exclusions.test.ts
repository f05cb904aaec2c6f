import { expect, it } from "vitest";
import { paceOf } from "./pace.ts";
import { withoutExclusions } from "./without-exclusions.ts";

type Exclusions = Parameters<typeof withoutExclusions>[1];

function without(language: "markdown" | "python" | "typescript" | undefined, text: string, exclusions: Exclusions) {
  return withoutExclusions({ text, language }, exclusions, paceOf(new AbortController().signal));
}

const TYPESCRIPT = `/** What it is. */
// A remark.
"use strict";

const a = "// text"; // trailing
const b = \`/* text */\`, c = /\\/\\/x/; /* one */ const d = 1;
return/**/a + /* two
lines */ b;
`;

it("takes comments out of TypeScript, and no text that looks like one (row 96)", async () => {
  expect(await without("typescript", TYPESCRIPT, ["comments"])).toBe(
    '"use strict";\n\nconst a = "// text";\nconst b = `/* text */`, c = /\\/\\/x/;   const d = 1;\nreturn a + \n b;\n',
  );
  expect(await without("typescript", TYPESCRIPT, ["docStrings"])).toBe(TYPESCRIPT.replace("/** What it is. */\n", ""));
});

const PYTHON = `#!/usr/bin/env python
"""What it is."""
# A remark.
def f():  # trailing
    '''What f is.'''

    return "# text", """text"""
`;

it("takes comments and docstrings out of Python, and no other strings (row 96)", async () => {
  expect(await without("python", PYTHON, ["comments"])).toBe(PYTHON.replace("# A remark.\n", "").replace("  # trailing", ""));
  expect(await without("python", PYTHON, ["docStrings", "comments", "blankLines"])).toBe(
    '#!/usr/bin/env python\ndef f():\n    return "# text", """text"""\n',
  );
});

it("takes blank lines out of everything, and comments only where it knows them", async () => {
  expect(await without(undefined, "# a\r\n\r\n  \r\n// b\n\n", ["comments", "blankLines"])).toBe("# a\r\n// b\n");
  expect(await without("markdown", "# a\n\n<!-- remark -->\n\nb\n", ["comments"])).toBe("# a\n\n\nb\n");
});

it("gives a text back as it is when nothing is to be left out", async () => {
  expect(await without("typescript", TYPESCRIPT, [])).toBe(TYPESCRIPT);
});
