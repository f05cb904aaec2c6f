import { describe, expect, expectTypeOf, it } from "vitest";
import { agent, flow, type NodeOptions } from "./component.ts";
import type { OutputsOf } from "./definition.ts";
import { refusal, scan, settingsOf, shout } from "./testing-nodes.ts";

const policyOf = (options: NodeOptions<{ text: string }>) => flow("f").node("a", shout({ text: "" }), options).elements[0]?.policy;
const refused = (options: unknown) => refusal(() => policyOf(options as NodeOptions<{ text: string }>));

describe("the policy of a node", () => {
  it("is data of its definition, frozen, and apart from what it was given as", () => {
    const given = {
      timeoutMs: 1000,
      retry: { attempts: 3, delayMs: 10, factor: 1.5, maxDelayMs: 100, jitter: 0, on: ["A", "B"] },
      onFailure: { fallback: { text: "none" } },
      effect: "idempotent",
      idempotencyKey: "$var{runId}",
      sleepBeforeMs: 1,
      sleepAfterMs: 0,
    } as const;
    const loose: { -readonly [Key in keyof typeof given]: unknown } = structuredClone(given);
    const policy = policyOf(loose as typeof given);
    loose.timeoutMs = 1;
    expect(policy).toEqual(given);
    expect([policy, policy?.retry, policy?.retry?.on, policy?.onFailure].every(Object.isFrozen)).toBe(true);
  });

  it("is none unless something of it is given", () => {
    expect(Object.keys(flow("f").node("a", shout({ text: "" }), { record: {} }).elements[0] ?? {})).toEqual(["id", "definition", "record"]);
  });

  it("may have what an earlier node gave as what it falls back on", () => {
    const definition = flow("f")
      .node("a", shout({ text: "" }))
      .node("b", shout({ text: "" }), { onFailure: { fallback: { text: "$expr{$hier{a}.text}" } } });
    expect(definition.elements[1]?.policy).toEqual({ onFailure: { fallback: { text: "$expr{$hier{a}.text}" } } });
  });

  it.each<[string, unknown, string]>([
    ["an option that is none", { timeout: 1 }, 'node "a" of flow "f" has no option "timeout"; did you mean "timeoutMs"?'],
    ["a limit of nothing", { timeoutMs: 0 }, 'node "a" of flow "f" cannot be executed so: timeoutMs: Too small'],
    ["a limit that no timer has", { timeoutMs: 2 ** 31 }, "timeoutMs: Too big"],
    ["a limit that is no number", { timeoutMs: "1 s" }, "timeoutMs: Invalid input: expected number, received string"],
    ["a limit that JSON cannot carry", { timeoutMs: Infinity }, 'timeoutMs of the policy of node "a" of flow "f" is Infinity'],
    ["one attempt", { retry: { attempts: 1 } }, "retry.attempts: Too small"],
    ["no number of attempts", { retry: {} }, "retry.attempts: Invalid input: expected number, received undefined"],
    ["a number for retries", { retry: 3 }, "retry: Invalid input: expected object, received number"],
    ["a member of retries that is none", { retry: { attempts: 2, delay: 1 } }, 'retry.delay: there is none; there are "attempts", "delayMs"'],
    ["a wait that shrinks", { retry: { attempts: 2, factor: 0.5 } }, "retry.factor: Too small"],
    ["more chance than there is", { retry: { attempts: 2, jitter: 2 } }, "retry.jitter: Too big"],
    ["no errors to try again after", { retry: { attempts: 2, on: [] } }, "retry.on: Too small"],
    ["a word for any error that is none", { retry: { attempts: 2, on: "all" } }, 'retry.on: "all" is none; there is "any"'],
    [
      "a failure that means nothing",
      { onFailure: "contineu" },
      'onFailure: "contineu" is none; did you mean "continue"? there are "fail", "continue"',
    ],
    ["a fallback of another name", { onFailure: { falback: 1 } }, 'onFailure.falback: there is none; did you mean "fallback"? there is "fallback"'],
    ["neither a word nor a fallback", { onFailure: 7 }, "onFailure: Invalid input: expected object, received number"],
    ["an effect that is none", { effect: "pur" }, 'effect: "pur" is none; did you mean "pure"?'],
    ["an empty key", { idempotencyKey: "" }, "idempotencyKey: Too small"],
    ["a wait before time", { sleepBeforeMs: -1 }, "sleepBeforeMs: Too small"],
    ["half a millisecond", { sleepAfterMs: 0.5 }, "sleepAfterMs: Invalid input: expected int"],
  ])("is refused with %s, where it is, with what could be meant", (_what, options, problem) => {
    expect(refused(options)).toContain(problem);
  });

  it("is refused with all that is wrong at once", () => {
    expect(refused({ timeoutMs: 0, effect: "x" })).toMatch(/timeoutMs: .*; effect: /);
  });

  it("is for nodes: a component takes none", () => {
    const make = () => agent("a").component("f", flow("f"), ...([{ timeoutMs: 1 }] as unknown as []));
    expect(refusal(make)).toBe('"f" of agent "a" takes no options: record settings and policies are for nodes');
  });
});

describe("what a node gives by its policy", () => {
  it("may be null when its failure lets the others go on", () => {
    const definition = flow("f")
      .node("a", shout({ text: "" }), { onFailure: "continue" })
      .node("b", shout({ text: "" }), { onFailure: "fail" })
      .node("say", (nodes) => shout({ text: nodes.a.text }));
    expectTypeOf<OutputsOf<typeof definition>["a"]>().toEqualTypeOf<{ text: string } | null>();
    expectTypeOf<OutputsOf<typeof definition>["b"]>().toEqualTypeOf<{ text: string }>();
    expect(settingsOf(definition, 2)).toEqual({ text: "$expr{$hier{a}.text}" });
  });

  it("has its own type with a fallback, which has to be of that type", () => {
    const definition = flow("f").node("a", shout({ text: "" }), { onFailure: { fallback: { text: "none" } } });
    expectTypeOf<OutputsOf<typeof definition>["a"]>().toEqualTypeOf<{ text: string }>();
    // @ts-expect-error -- the node gives an object with a text
    expect(flow("f").node("a", shout({ text: "" }), { onFailure: { fallback: "none" } }).elements).toHaveLength(1);
    // @ts-expect-error -- there is no such option
    expect(() => flow("f").node("a", scan({ directory: "." }), { timeout: 3 })).toThrow('has no option "timeout"');
  });
});
