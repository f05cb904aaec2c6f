import { describe, expect, it } from "vitest";
import { agent, flow } from "./component.ts";
import { treeText } from "./definition-tree.ts";
import { everything } from "./testing-definition.ts";
import { say } from "./testing-nodes.ts";

describe("the tree of a definition", () => {
  it("shows every element under its step, with what it is or does", () => {
    expect(treeText(everything)).toBe(
      `
coder (agent, needs task)
├─ scan  scan, within 1.5 s, 3 attempts
├─ fix (flow inner, gets what)
│  └─ look  say
├─ cond  if $expr{$hier{scan}.files[0].bytes}
│  ├─ is_true (flow yes)
│  │  └─ n  say
│  └─ is_false (flow no)
├─ choice  switch on $expr{task}
│  ├─ add (flow)
│  │  └─ n  say
│  ├─ remove (flow removal)
│  │  └─ n  say
│  └─ otherwise (flow else)
│     └─ n  say
├─ each  for each item of $expr{$hier{scan}.files}, from 1
│  └─ iter_* (flow body)
│     └─ read  shout, idempotent, goes on when it fails
├─ mapped  map each item of [1,2], 4 at a time, at most 10
│  └─ iter_* (flow mapping)
│     └─ n  say
├─ again  while $expr{index < 3}, at most 5 and then on
│  └─ iter_* (flow round)
│     └─ n  say
├─ both  parallel
│  ├─ left (flow)
│  │  └─ n  say
│  └─ right (agent)
│     └─ n  say
├─ guarded  try, catches NODE_FAILED
│  ├─ try (flow tried)
│  │  └─ n  say
│  ├─ catch (flow caught)
│  │  └─ n  say
│  └─ finally (flow cleaned)
│     └─ n  say
└─ sum  shout, has a fallback`.trimStart(),
    );
  });

  it("is one line for a component without elements", () => {
    expect(treeText(agent("empty"))).toBe("empty (agent)");
  });

  it("cuts long texts, by characters", () => {
    const line = treeText(flow("f").conditional("c", { condition: "😀".repeat(100_000), isTrue: flow("y") })).split("\n")[1];
    expect(line).toBe(`└─ c  if ${"😀".repeat(59)}…`);
    const whole = "x".repeat(60);
    expect(treeText(flow("f").conditional("c", { condition: whole, isTrue: flow("y") }))).toContain(`if ${whole}\n`);
  });

  it("stays a tree whatever the texts of a definition are", () => {
    const nasty = 'a\r\n└─ b\u0085c\u2028d\u202Ee\u0000f\u001B[2Jg\th "q"';
    const definition = flow("f")
      .node("n", say("", "1", nasty))
      .switch("s", { on: nasty, cases: { x: flow("y") }, otherwise: flow("z") });
    expect(treeText(definition).split("\n")).toEqual([
      "f (flow)",
      '├─ n  a └─ b c d e f [2Jg h "q"',
      '└─ s  switch on a └─ b c d e f [2Jg h "q"',
      "   ├─ x (flow y)",
      "   └─ otherwise (flow z)",
    ]);
  });
});
