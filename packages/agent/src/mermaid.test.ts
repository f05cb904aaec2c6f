import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flow } from "./component.ts";
import type { ComponentDefinition } from "./definition.ts";
import { definitionGraph } from "./definition-graph.ts";
import { mermaidText } from "./mermaid.ts";
import { everything } from "./testing-definition.ts";
import { say, shout } from "./testing-nodes.ts";

/** Of a label: what is no part of Mermaid's syntax within quotes, and characters by their number. */
const LABEL = String.raw`"((?:[^"#;%<>&\`:\\\s]| |#\d+;|<br/>)*)"`;
const ID = "(n_[A-Za-z0-9_]*)";
/** All that a line may be. */
const LINES = {
  box: new RegExp(`^ *subgraph ${ID}\\[${LABEL}\\]$`),
  end: /^ *end$/,
  node: new RegExp(`^ *${ID}(?:\\[${LABEL}\\]|\\{${LABEL}\\}|\\{\\{${LABEL}\\}\\})$`),
  arrow: new RegExp(`^ *${ID} (?:-->|-\\.->)(?:\\|${LABEL}\\|)? ${ID}$`),
};

function idsOf(text: string): string[] {
  const lines = text.split("\n").filter((line) => LINES.box.test(line) || LINES.node.test(line));
  return lines.map((line) => /n_[A-Za-z0-9_]*/.exec(line)?.[0] ?? line);
}

/** What is wrong with the flowchart of a definition, read by another who knows the syntax only. */
function flaws(definition: ComponentDefinition): string[] {
  const { elements, edges } = definitionGraph(definition);
  const text = mermaidText(definition);
  const [first, ...lines] = text.split("\n");
  const ids = idsOf(text);
  const known = new Set(ids);
  const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
  const strangers = lines.flatMap((line) => {
    const [, from, , to] = LINES.arrow.exec(line) ?? [];
    return [from, to].filter((id) => id !== undefined && !known.has(id));
  });
  return [
    ...(first === "flowchart TD" ? [] : [`begins with ${first}`]),
    ...lines.filter((line) => !Object.values(LINES).some((pattern) => pattern.test(line))),
    ...strangers.map((id) => `an arrow at ${id}`),
    ...(known.size === ids.length ? [] : ["an id twice"]),
    ...(ids.length === elements.length + elements.filter(({ decides }) => decides !== undefined).length ? [] : [`${ids.length} boxes and nodes`]),
    ...(count(LINES.box) === count(LINES.end) ? [] : ["a box that does not end"]),
    ...(count(LINES.arrow) === edges.length ? [] : [`${count(LINES.arrow)} arrows`]),
  ];
}

describe("the flowchart of a definition", () => {
  it("has boxes around components and control flow, and dotted arrows for what reads what", () => {
    const definition = flow("f")
      .node("list", shout({ text: "x" }))
      .forEach("each", { items: ({ list }) => [list.text], body: ({ item }) => flow("body").node("say", shout({ text: item })) })
      .conditional("more", { condition: "$expr{1 < 2}", isTrue: flow("empty") });
    expect(mermaidText(definition)).toBe(
      `
flowchart TD
  subgraph n_f["f (flow)"]
    n_f_list["list<br/>shout"]
    subgraph n_f_each["each"]
      n_f_each_decides{{"for each item of [#34;$expr{$hier{list}.text}#34;]"}}
      subgraph n_f_each_iter_["iter_* (flow body)"]
        n_f_each_iter_say["say<br/>shout"]
      end
    end
    subgraph n_f_more["more"]
      n_f_more_decides{"if $expr{1 #60; 2}"}
      n_f_more_is_true["is_true (flow empty)"]
    end
  end
  n_f_list --> n_f_each
  n_f_each --> n_f_more
  n_f_each_decides -->|"each"| n_f_each_iter_
  n_f_each_iter_ -->|"again"| n_f_each_decides
  n_f_more_decides -->|"true"| n_f_more_is_true
  n_f_list -.->|"text"| n_f_each_decides`.trimStart(),
    );
  });

  it("is whole for every block", () => {
    expect(flaws(everything)).toEqual([]);
  });

  it("keeps ids apart that only differ in what no id of Mermaid has, and gives none a word of its language", () => {
    const definition = flow("end").node("a-b", say("")).node("a_b", say("")).node("a--b", say("")).node("a_b_2", say(""));
    expect(idsOf(mermaidText(definition))).toEqual(["n_end", "n_end_a_b", "n_end_a_b_2", "n_end_a_b_3", "n_end_a_b_2_2"]);
    expect(flaws(definition)).toEqual([]);
  });

  it("keeps the id of an element when others come before it", () => {
    const before = idsOf(mermaidText(flow("f").node("a", say(""))));
    expect(idsOf(mermaidText(flow("f").node("z", say("")).node("a", say(""))))).toEqual(expect.arrayContaining(before));
  });

  it("lets no text be anything but a label", () => {
    const breaking = fc.constantFrom(
      ...'"`#;%{}[]()|<>&\\\n\r\u2028\0'.split(""),
      "%%{init: {}}%%",
      "-->",
      "end",
      "<script>",
      "#quot;",
      "style a:#fff;",
      "\uD800",
      "click a b",
      "😀",
    );
    const text = fc.oneof(
      fc.array(breaking, { maxLength: 12 }).map((parts) => parts.join("")),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(text, text, (type, given) => {
        const written = given.toWellFormed();
        const body = flow("inner").node("n", say("", "1", type.toWellFormed() || "t"));
        const definition = flow("f")
          .conditional("c", { condition: written, isTrue: body })
          .switch("s", { on: [written] as never, cases: { a: body } });
        expect(flaws(definition)).toEqual([]);
      }),
    );
  });
});
