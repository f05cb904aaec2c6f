import { agent, flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { pickAgent } from "./pick-agent.ts";

const one = agent("one");
const two = flow("two");

describe("pickAgent", () => {
  it("takes the export named agent, whatever else there is", () => {
    expect(pickAgent({ two, agent: one, helper: () => 1 }, "a.ts")).toBe(one);
  });

  it("takes the only agent or flow, by whatever name", () => {
    expect(pickAgent({ default: two, agent: () => one }, "a.ts")).toBe(two);
    expect(pickAgent({ default: one, coder: one }, "a.ts")).toBe(one);
  });

  it("takes a definition of another copy of the package", () => {
    const foreign = { kind: "agent", id: "foreign", elements: [], variables: {} };
    expect(pickAgent({ foreign }, "a.ts")).toBe(foreign);
  });

  it("says what a file exports that has no agent", () => {
    expect(() => pickAgent({}, "a.ts")).toThrow(
      expect.objectContaining({ code: "AGENT_MISSING", message: expect.stringContaining("a.ts exports no agent and no flow: it exports nothing") }),
    );
    expect(() => pickAgent({ helper: 1, node: null }, "a.ts")).toThrow(
      expect.objectContaining({ message: expect.stringContaining("it exports helper, node") }),
    );
  });

  it("names all that could be meant", () => {
    expect(() => pickAgent({ one, two }, "a.ts")).toThrow(
      expect.objectContaining({ code: "AGENT_AMBIGUOUS", message: expect.stringContaining("one, two") }),
    );
  });
});
