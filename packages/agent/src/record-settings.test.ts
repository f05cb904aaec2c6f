import { describe, expect, it } from "vitest";
import { agent, flow } from "./component.ts";
import type { ComponentDefinition } from "./definition.ts";
import { definitionDigest } from "./definition-digest.ts";
import type { RecordSettings } from "./record-settings.ts";
import { shout } from "./testing-nodes.ts";

const recordOf = (definition: ComponentDefinition, index = 0) => definition.elements[index]?.record;
const refused = (record: unknown) => () => flow("f").node("a", shout({ text: "" }), { record: record as RecordSettings });

describe("the record settings of a node", () => {
  it("are data of its definition, frozen, and apart from what they were given as", () => {
    const given = { outcome: { path: "reports/$var{name}.yaml", format: "yaml" }, state: { enabled: false } } satisfies RecordSettings;
    const definition = flow("f").node("a", shout({ text: "" }), { record: given });
    given.outcome.path = "changed";
    expect(recordOf(definition)).toEqual({ outcome: { path: "reports/$var{name}.yaml", format: "yaml" }, state: { enabled: false } });
    expect([recordOf(definition), recordOf(definition)?.outcome].every(Object.isFrozen)).toBe(true);
  });

  it("are none unless they are given", () => {
    const definition = flow("f")
      .node("a", shout({ text: "" }))
      .node("b", shout({ text: "" }), {});
    expect(definition.elements.map((element) => Object.keys(element))).toEqual([
      ["id", "definition"],
      ["id", "definition"],
    ]);
  });

  it("go with a node whose settings refer to others", () => {
    const definition = flow("f")
      .node("a", shout({ text: "" }))
      .node("b", ({ a }) => shout({ text: a.text }), { record: { input: { enabled: false } } });
    expect(recordOf(definition, 1)).toEqual({ input: { enabled: false } });
  });

  it("change nothing of what a definition is called: they are about what people see", () => {
    const made = (record?: RecordSettings) => definitionDigest(flow("f").node("a", shout({ text: "" }), record ? { record } : {}));
    expect(made({ outcome: { enabled: false, path: "x" }, files: { path: "y" } })).toBe(made());
  });

  it.each<[string, unknown, string]>([
    ["an entry that is not there", { outcom: {} }, 'outcom: there is none; did you mean "outcome"? there are "input", "outcome"'],
    ["a member that is not there", { state: { pth: "x" } }, 'state.pth: there is none; did you mean "path"? there are "enabled", "path", "format"'],
    ["a format of the result, which is dad.node/1", { result: { format: "yaml" } }, 'result.format: there is none; there are "enabled", "path"'],
    ["a format that is none", { outcome: { format: "ymal" } }, 'outcome.format: "ymal" is none; did you mean "yaml"?'],
    ["a format that cannot be that of a value", { outcome: { format: "binary" } }, 'outcome.format: "binary" is none'],
    ["an empty path", { files: { path: "" } }, "files.path: a path is not empty"],
    ["a path that is no text", { files: { path: 1 } }, "files.path: Invalid input: expected string"],
    ["a switch that is none", { input: { enabled: "no" } }, "input.enabled: Invalid input: expected boolean"],
    ["what is no object", "all", "Invalid input: expected object"],
    ["what JSON cannot carry", { input: { enabled: () => true } }, "input.enabled of the record of node"],
  ])("are refused with %s, where it is, with what could be meant", (_what, record, problem) => {
    const expected = expect.objectContaining({ code: "DEFINITION_INVALID", message: expect.stringContaining(problem) as string });
    expect(refused(record)).toThrow(expected);
    expect(refused(record)).toThrow('the record of node "a" of flow "f"');
  });

  it("are refused with all problems at once", () => {
    expect(refused({ outcom: {}, state: { format: "xml" } })).toThrow(/outcom: .*; state\.format: |state\.format: .*; outcom: /);
  });

  it("are not taken for a component, nor an option of another name for them", () => {
    const options = { record: {} };
    expect(() => agent("a").node("f", flow("f") as never, options)).toThrow('"f" of agent "a" cannot be the flow "f": it takes a node');
    expect(() => agent("a").component("f", flow("f"), ...([options] as unknown as []))).toThrow('"f" of agent "a" takes no options');
    expect(() => flow("f").node("a", shout({ text: "" }), { recrod: {} } as never)).toThrow('has no option "recrod"; did you mean "record"?');
  });
});
