import { describe, expect, it } from "vitest";
import { findInJson, jsonRows } from "./json-rows.ts";
import { memberOf, parseJson, writtenJson } from "./parse-json.ts";

const all = { isOpen: () => true, most: 1000 };

describe("jsonRows", () => {
  it("shows what is open, with the place of each value", () => {
    const { rows } = jsonRows({ a: [1, "x"], "b/c~": {} }, { isOpen: (id) => id !== "/a", most: 10 });
    expect(rows.map(({ id, level, kind, size, isOpen }) => [id, level, kind, size, isOpen])).toEqual([
      ["", 1, "object", 2, true],
      ["/a", 2, "array", 2, false],
      ["/b~1c~0", 2, "object", 0, false],
    ]);
  });

  it("takes keys that every object seems to have for what they are", () => {
    const { value } = parseJson('{"__proto__":{"polluted":1},"constructor":"x"}') ?? { value: null };
    expect(jsonRows(value, all).rows.map(({ id }) => id)).toEqual(["", "/__proto__", "/__proto__/polluted", "/constructor"]);
    expect(memberOf({}, "constructor")).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("stops after so many rows, however long or deep the value is", () => {
    const long = jsonRows(
      Array.from({ length: 1_000_000 }, () => 0),
      { ...all, most: 5 },
    );
    expect(long).toMatchObject({ isCut: true, rows: { length: 5 } });
    const { value } = parseJson(`${"[".repeat(5000)}${"]".repeat(5000)}`) ?? { value: null };
    expect(jsonRows(value, { ...all, most: 10_000 }).rows).toHaveLength(5000);
  });
});

describe("findInJson", () => {
  it("finds keys and values and says what has to be open", () => {
    const { found, open } = findInJson({ plan: { Steps: ["Read", "write"] }, other: 42 }, "re");
    expect([...found]).toEqual(["/plan/Steps/0"]);
    expect([...open].sort()).toEqual(["", "/plan", "/plan/Steps"]);
    expect([...findInJson({ plan: { Steps: [] } }, "steps").found]).toEqual(["/plan/Steps"]);
    expect([...findInJson({ a: 142 }, "42").found]).toEqual(["/a"]);
  });

  it("looks no deeper than the names of places can be compared, and says so", () => {
    const nested = (depth: number) => parseJson(`${'{"k":'.repeat(depth)}"needle"${"}".repeat(depth)}`)?.value ?? null;
    expect(findInJson(nested(900), "needle")).toMatchObject({ found: { size: 1 }, open: { size: 900 }, isCut: false });
    expect(findInJson(nested(100_000), "needle")).toMatchObject({ found: { size: 0 }, isCut: true });
  });
});

describe("writtenJson", () => {
  it("is the text of a value, and nothing where that is too deep to be written", () => {
    expect(writtenJson({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(writtenJson(parseJson(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)?.value ?? null)).toBeUndefined();
  });
});
