import { describe, expect, it } from "vitest";
import { rowLines } from "./rows.ts";

const cells = (...texts: string[]) => texts.map((plain) => ({ plain }));

describe("rowLines", () => {
  it("makes columns as wide as their widest cell", () => {
    expect(rowLines([cells("a", "bbb", "c"), cells("aaaa", "b", "cc")])).toEqual(["a     bbb  c", "aaaa  b    cc"]);
  });

  it("measures what is plain and prints what is shown", () => {
    expect(rowLines([[{ plain: "ok", shown: "<ok>" }, { plain: "x" }], cells("long", "y")])).toEqual(["<ok>    x", "long  y"]);
  });

  it("leaves out the last columns of what is too wide", () => {
    const rows = [cells("run_1", "completed", "2026"), cells("run_2", "failed", "2026")];
    expect(rowLines(rows, 23)).toEqual(["run_1  completed  2026", "run_2  failed     2026"]);
    expect(rowLines(rows, 22)).toEqual(["run_1  completed", "run_2  failed"]);
    expect(rowLines(rows, 3)).toEqual(["run_1", "run_2"]);
  });

  it("leaves no blanks at the end of a line", () => {
    expect(rowLines([cells("a", ""), cells("b", "c")])).toEqual(["a", "b  c"]);
  });
});
