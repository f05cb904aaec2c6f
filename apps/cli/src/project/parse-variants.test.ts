import { agent, defineNode } from "@dad/agent";
import { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { parseVariants } from "./parse-variants.ts";

const ask = defineNode({ type: "ask", version: "1", effect: "pure", code: "", settings: Json, output: Json, execute: () => null });
const root = agent("coder", { variables: { style: "terse" } })
  .node("plan", ask({}))
  .node("fix", ask({}));
const variants = (set: readonly string[], times = 1) => parseVariants(root, { set, times });

describe("parseVariants", () => {
  it("tries each value of a field that is given more than once", () => {
    expect(variants(["coder.plan.n=1", "coder.plan.n=[2]"])).toEqual([{ "coder.plan": { n: 1 } }, { "coder.plan": { n: [2] } }]);
  });

  it("tries all combinations of several fields in the order given, the last field changing first", () => {
    const tried = variants(["coder.fix.m=1", 'coder.style="a"', "coder.fix.n.x=3", "coder.fix.m=2", 'coder.style="b"']);
    expect(tried.map((set) => JSON.stringify(set))).toEqual([
      '{"coder.fix":{"m":1,"n.x":3},"coder":{"style":"a"}}',
      '{"coder.fix":{"m":1,"n.x":3},"coder":{"style":"b"}}',
      '{"coder.fix":{"m":2,"n.x":3},"coder":{"style":"a"}}',
      '{"coder.fix":{"m":2,"n.x":3},"coder":{"style":"b"}}',
    ]);
  });

  it("tries each combination as often as is asked", () => {
    const [one, two] = [{ "coder.plan": { n: 1 } }, { "coder.plan": { n: 2 } }];
    expect(variants(["coder.plan.n=1", "coder.plan.n=2"], 2)).toEqual([one, one, two, two]);
    expect(variants([], 3)).toEqual([{}, {}, {}]);
  });

  it("refuses what would try nothing", () => {
    expect(() => variants([])).toThrow("a fork tries something: give --set <path>.<field>=<json>, or -n 2");
  });

  it("refuses a value that is given twice, however it is written", () => {
    expect(() => variants(['coder.plan.x={"a":1,"b":2}', 'coder.plan.x={"b": 2, "a": 1}'])).toThrow(
      "this value is given twice. To try it several times, give -n",
    );
  });

  it("takes 100 children, and says of more how many they are and how they come about", () => {
    const values = (field: string, count: number) => Array.from({ length: count }, (_, n) => `coder.plan.${field}=${n}`);
    expect(variants([...values("a", 10), ...values("b", 5)], 2)).toHaveLength(100);
    expect(() => variants([...values("a", 10), ...values("b", 5)], 3)).toThrow(
      "10 of coder.plan.a × 5 of coder.plan.b × -n 3 are 150 children, and a fork has at most 100",
    );
    // Nobody waits until so many have been made.
    const many = ["a", "b", "c", "d", "e", "f", "g", "h", "i"].flatMap((field) => values(field, 99));
    expect(() => variants(many)).toThrow("and a fork has at most 100");
  });

  it("refuses what means nothing in the definition", () => {
    expect(() => variants(["codr.plan.n=1"])).toThrow("there is no such node or component");
    expect(() => variants(["coder.plan.n=yes"])).toThrow("the value is not JSON");
  });
});
