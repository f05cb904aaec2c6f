import { posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { ExecutionId, NodeId, NodePath, nodeDirectory, nodePath, ProjectName, RelativePath, RunId, RunIdPrefix } from "./id.ts";

/** What attackers and accidents give where an id is asked for. No schema of ids takes any of it. */
const HOSTILE = [
  "",
  ".",
  "..",
  "../outcome",
  "/etc/passwd",
  "a/b",
  "a\\b",
  "C:x",
  "-rf",
  "--upload-pack=x",
  "a\0b",
  "a\nb",
  "a ",
  "a.",
  "x".repeat(300),
  "CON",
  "aux.txt",
  "outcome",
  ".trace",
  ".dad",
  "caf\u00e9",
  "cafe\u0301",
  "\u202egpj.exe",
  "😀",
  "a\ud800",
  "%2e%2e",
  "$(id)",
  "a;b",
  "a*b",
  "a~^b",
  "a@{b",
];

const ROOTS = [
  [posix, "/base/run"],
  [win32, "C:\\root\\run"],
] as const;

describe.each<[string, z.ZodType]>([
  ["RunId", RunId],
  ["RunIdPrefix", RunIdPrefix],
  ["NodeId", NodeId],
  ["NodePath", NodePath],
])("%s", (_name, schema) => {
  it.each(HOSTILE)("refuses %j", (text) => {
    expect(schema.safeParse(text).success).toBe(false);
  });

  it.each([undefined, null, 7, {}, ["a"]])("refuses %j, which is no string", (value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });

  it("is a name of its own for every system: none that it takes leads out of a directory", () => {
    fc.assert(
      fc.property(pathLike(), (text) => {
        fc.pre(schema.safeParse(text).success);
        for (const [{ resolve, join }, root] of ROOTS) {
          expect(resolve(root, text)).toBe(join(root, text));
          expect(resolve(root, text).slice(root.length + 1)).toBe(text);
        }
      }),
    );
  });

  it("says what it would take", () => {
    const [issue] = schema.safeParse("a b").error?.issues ?? [];
    expect(issue?.message).toMatch(/letters|joined by dots/);
  });
});

describe("RunId", () => {
  it.each(["a", "0", "run_20261122_073443_1f9c2a", "nightly-2_run_20261122_073443_1f9c2a", "v1.2.3", "x".repeat(128), "console", "outcomes"])(
    "takes %j",
    (id) => {
      expect(RunId.parse(id)).toBe(id);
    },
  );

  it.each([
    "A",
    "Run_1",
    "_a",
    ".a",
    "a..b",
    "a.lock",
    "x".repeat(129),
    "run.json",
    "journal.jsonl",
    "static_inputs",
    "outcome.old",
    "journal.torn-1",
    "files",
    "input.json",
    "result.json",
    "outcome.json",
    "state.json",
    "com1",
    "lpt9.txt",
    "nul",
  ])("refuses %j", (id) => {
    expect(RunId.safeParse(id).success).toBe(false);
  });

  it("never takes two names that a file system which ignores case would fold into one", () => {
    fc.assert(
      fc.property(pathLike(), (text) => {
        fc.pre(RunId.safeParse(text).success);
        expect(text.toLowerCase()).toBe(text);
      }),
    );
  });
});

describe("RunIdPrefix", () => {
  it.each(["a", "nightly", "team-7", "x".repeat(32)])("takes %j, and with it a generated run id", (prefix) => {
    expect(RunId.safeParse(`${RunIdPrefix.parse(prefix)}_rerun_20261122_073443_1f9c2a`).success).toBe(true);
  });

  it.each(["A", "a_b", "a.b", "-a", "x".repeat(33)])("refuses %j", (prefix) => {
    expect(RunIdPrefix.safeParse(prefix).success).toBe(false);
  });
});

describe("RunIdPrefix before a generated id", () => {
  it("is always a run id", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,31}$/), fc.stringMatching(/^(run|rerun)_[0-9]{8}_[0-9]{6}_[0-9a-f]{6}$/), (prefix, id) => {
        fc.pre(RunIdPrefix.safeParse(prefix).success);
        expect(RunId.safeParse(`${prefix}_${id}`).success).toBe(true);
      }),
    );
  });
});

describe("ProjectName", () => {
  it.each(["a", "tiny-duration", "My.Project_2", "0", "x".repeat(128), "outcome"])("takes %j", (name) => {
    expect(ProjectName.parse(name)).toBe(name);
  });

  it.each(["", ".", "..", "a..b", "a.", ".git", "-x", "_x", "a/b", "a\\b", "C:x", "con", "Aux.git", "a b", "caf\u00e9", "x".repeat(129)])(
    "refuses %j",
    (name) => {
      expect(ProjectName.safeParse(name).success).toBe(false);
    },
  );
});

describe("ExecutionId", () => {
  it("takes a UUID and nothing else", () => {
    expect(ExecutionId.safeParse("019a9b7c-5d3e-7f00-8a1b-2c3d4e5f6071").success).toBe(true);
    expect(ExecutionId.safeParse("run_20261122_073443_1f9c2a").success).toBe(false);
  });
});

describe("NodeId", () => {
  it.each(["a", "_", "plan", "iter_0", "is_true", "Plan-2", "x".repeat(64), "console", "constructors", "toString", "__proto"])("takes %j", (id) => {
    expect(NodeId.parse(id)).toBe(id);
  });

  it.each(["0a", "-a", "a.b", "x".repeat(65), "con", "Nul", "COM1", "static_inputs", "files", "FILES", "Outcome", "__proto__.x"])(
    "refuses %j",
    (id) => {
      expect(NodeId.safeParse(id).success).toBe(false);
    },
  );

  it.each(["__proto__", "constructor", "prototype"])("refuses %j, which would be more than a member of an object of results", (id) => {
    expect(NodeId.safeParse(id).success).toBe(false);
    expect(NodePath.safeParse(`agent.${id}.plan`).success).toBe(false);
  });
});

describe("NodePath", () => {
  const deep = (steps: number) => Array.from({ length: steps }, (_, index) => `n${index}`).join(".");

  it.each(["agent", "agent.flow1.loop.iter_1.body", deep(32)])("takes %j", (path) => {
    expect(NodePath.parse(path)).toBe(path);
  });

  it.each([".a", "a.", "a..b", "a.0", "a.con", "a.b/c", deep(33), Array.from({ length: 20 }, () => "x".repeat(60)).join(".")])(
    "refuses %j",
    (path) => {
      expect(NodePath.safeParse(path).success).toBe(false);
    },
  );

  it("is the path of the parent and an id", () => {
    const root = nodePath(undefined, NodeId.parse("agent"));
    expect(nodePath(root, NodeId.parse("plan"))).toBe("agent.plan");
  });

  it("refuses a child that would stand too deep", () => {
    expect(() => nodePath(NodePath.parse(deep(32)), NodeId.parse("more"))).toThrow("at most 32 steps");
  });

  it("says which step is none, and why", () => {
    expect(NodePath.safeParse("agent.files.plan").error?.issues[0]?.message).toMatch(/"files" is none: .*reserved/);
    expect(NodePath.safeParse(deep(33)).error?.issues[0]?.message).toBe("a node path has at most 32 steps");
    expect(NodePath.safeParse(`a.${"x".repeat(1024)}`).error?.issues[0]?.message).toBe("a node path has at most 1024 characters");
  });

  it("is looked at again before it becomes a directory", () => {
    for (const path of ["", "..", "a/../../b", "a..b", "agent.con", "agent.files"])
      expect(() => nodeDirectory(path as NodePath)).toThrow("is not a node path");
  });

  it("has a directory of its own, inside that of its parent", () => {
    const ids = fc.array(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,5}$/), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(ids, ids, (left, right) => {
        fc.pre([...left, ...right].every((id) => NodeId.safeParse(id).success));
        const [one, other] = [NodePath.parse(left.join(".")), NodePath.parse(right.join("."))];
        expect(nodeDirectory(one) === nodeDirectory(other)).toBe(one === other);
        expect(RelativePath.safeParse(nodeDirectory(one)).success).toBe(true);
      }),
    );
  });
});

describe("RelativePath", () => {
  it.each([
    "a",
    "a/b/c.txt",
    "-rf",
    "run.json",
    ".trace/dad_metadata.json",
    "caf\u00e9.md",
    "名前/ファイル.txt",
    "😀.txt",
    "a b.txt",
    "con1",
    "common.ts",
    "x".repeat(255),
  ])("takes %j", (path) => {
    expect(RelativePath.parse(path)).toBe(path);
  });

  it.each([
    ["nothing", ""],
    ["here", "."],
    ["up", ".."],
    ["up at the start", "../outcome"],
    ["up in the middle", "a/../../b"],
    ["here in the middle", "a/./b"],
    ["an absolute path", "/etc/passwd"],
    ["an empty part", "a//b"],
    ["a slash at the end", "a/"],
    ["a back slash", "a\\..\\b"],
    ["a drive", "C:x"],
    ["a stream of another file", "a.txt:stream"],
    ["a null byte", "a\0b"],
    ["a line break", "a\nb"],
    ["a C1 control character", "a\u0085b"],
    ["a dot at the end", "a./b"],
    ["a space at the end", "a "],
    ["three dots", "..."],
    ["a device", "CON"],
    ["a device with an extension", "logs/aux.txt"],
    ["a device with a superscript digit", "COM\u00b9"],
    ["a device with a space before the extension", "nul .txt"],
    ["the console", "CONOUT$"],
    ["a name that is not in NFC", "cafe\u0301"],
    ["a right-to-left override", "\u202egpj.exe"],
    ["dots with an invisible character between them", ".\u200c."],
    ["a lone surrogate", "a\ud800"],
    ["a part of more than 255 bytes", "名".repeat(86)],
    ["more than 1024 characters", `${"x".repeat(200)}/`.repeat(6)],
  ])("refuses %s", (_what, path) => {
    expect(RelativePath.safeParse(path).success).toBe(false);
  });

  it.each(ROOTS)("never leaves a root that it is joined to (%#)", ({ join, resolve, relative, isAbsolute, sep }, root) => {
    fc.assert(
      fc.property(pathLike(), (text) => {
        fc.pre(RelativePath.safeParse(text).success);
        const joined = join(root, text);
        expect(joined).toBe(resolve(root, text));
        expect(joined.startsWith(`${root}${sep}`)).toBe(true);
        expect(isAbsolute(relative(root, joined))).toBe(false);
        // What is read back is what was given: no two accepted paths are one place.
        expect(relative(root, joined).replaceAll(sep, "/")).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Strings out of the pieces that make paths go wrong. */
function pathLike(): fc.Arbitrary<string> {
  const pieces = fc.constantFrom(
    "a",
    "b1",
    ".",
    "..",
    "/",
    "\\",
    ":",
    "\0",
    " ",
    "~",
    "con",
    "NUL",
    "outcome",
    "é",
    "e\u0301",
    "\u200c",
    "\u202e",
    "C:",
    "-",
    "_",
  );
  return fc.oneof(
    fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join("")),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/")),
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.stringMatching(/^[a-zA-Z0-9._-]{1,12}$/),
  );
}
