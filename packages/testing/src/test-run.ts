import type { AssertionError } from "node:assert";
import type { ComponentDefinition } from "@dad/agent";
import type { RecordedTelemetry } from "@dad/observability";
import type { OutcomeChange } from "@dad/outcome";
import {
  type ErrorEnvelope,
  type FinalStatus,
  type InputRequest,
  nameHint,
  type NodePath,
  type RunEvent,
  type RunId,
  type UnknownEvent,
} from "@dad/protocol";
import type { ModelRequest } from "@dad/resources";
import { assertionError } from "./assertion-error.ts";
import { causesText, codesOf, originOf } from "./causes-text.ts";
import { assertNodePath } from "./replaced-nodes.ts";
import { type TestedNode, testedNode } from "./tested-node.ts";
import type { Files } from "./workspace-files.ts";

/** A commit to the outcome. */
export interface TestedCommit {
  /** Who made it: a node, or, at its end, the run itself. */
  readonly node: NodePath | undefined;
  /** The first line of its message. */
  readonly subject: string;
  /** What changed since the commit before it. */
  readonly changes: readonly OutcomeChange[];
}

/** A run that is over, as it was then. Nothing in it changes any more, also when the run is resumed. */
export interface TestRun<Outputs = object> {
  readonly runId: RunId;
  readonly status: FinalStatus | "waiting";
  /** What the elements gave, by id, when the run completed. */
  readonly result: Outputs | undefined;
  /** What was thrown when it did not. */
  readonly error: unknown;
  /** What the run came to, in the order in which it did. */
  readonly nodes: readonly TestedNode[];
  /** The paths of the attempts that were begun since the run was begun, or resumed, in their order. */
  readonly executed: readonly NodePath[];
  /** What was told since the run was begun, or resumed. Also what is not recorded: output as it came. */
  readonly events: readonly (RunEvent | UnknownEvent)[];
  /** The spans, logs (of every level) and single measurements since the run was begun, or resumed: of the run itself, and of its nodes. */
  readonly telemetry: RecordedTelemetry;
  /** The workspace at the end. */
  readonly files: Files;
  /** What is not there as it was at the beginning. */
  readonly changes: readonly OutcomeChange[];
  /** In their order. The last one is that of the run. */
  readonly commits: readonly TestedCommit[];
  /** What became of a node, also of one that the run did not come to. @throws TypeError with the nearest path when there is no such node. */
  node(path: string): TestedNode;
  /** What a model was asked since the run was begun, or resumed. @throws TypeError with the nearest name when the test has no such model. */
  requests(alias: string): readonly ModelRequest[];
  /** What is asked, when the run waits. @throws AssertionError unless it does. */
  expectWaiting(): readonly InputRequest[];
  /** What the elements gave. @throws AssertionError unless the run completed; it says how it ended, and how each node did. */
  expectCompleted(): Outputs;
  /** Why the run failed. @throws AssertionError unless it did, and, if one is given, with this code, also as that of a cause. */
  expectFailed(code?: string): ErrorEnvelope;
}

/** All that is known of a run, to be looked at. */
export interface RunFacts<Outputs> extends Omit<TestRun<Outputs>, "node" | "requests" | "expectWaiting" | "expectCompleted" | "expectFailed"> {
  readonly definition: ComponentDefinition;
  readonly failure: ErrorEnvelope | undefined;
  readonly requests: ReadonlyMap<string, readonly ModelRequest[]>;
  readonly waitsFor: readonly InputRequest[];
}

export function testRun<Outputs>(given: RunFacts<Outputs>): TestRun<Outputs> {
  const { definition, failure, requests, waitsFor, ...facts } = given;
  const run: TestRun<Outputs> = {
    ...facts,
    node(path) {
      assertNodePath(definition, path);
      if (path.includes("*")) throw new TypeError(`${path} is every iteration: say which, as ${path.replaceAll("*", "0")}`);
      return facts.nodes.find((node) => node.path === path) ?? notReached(path as NodePath);
    },
    requests(alias) {
      const found = requests.get(alias);
      if (!found) throw new TypeError(`the test has no model ${JSON.stringify(alias)}; ${nameHint(alias, [...requests.keys()])}`);
      return found;
    },
    expectWaiting() {
      if (facts.status === "waiting") return waitsFor;
      throw ending(given, { expected: "waiting", operator: run.expectWaiting });
    },
    expectCompleted() {
      if (facts.status === "completed") return facts.result as Outputs;
      throw ending(given, { expected: "completed", operator: run.expectCompleted });
    },
    expectFailed(code) {
      if (failure && facts.status === "failed" && (code === undefined || codesOf(failure).includes(code))) return failure;
      throw ending(given, { expected: code === undefined ? "failed" : `failed with ${code}`, operator: run.expectFailed });
    },
  };
  return run;
}

function notReached(path: NodePath): TestedNode {
  const nothing = { settings: undefined, input: undefined, outcome: undefined, error: undefined, usage: undefined, thrown: undefined };
  return testedNode({ path, status: undefined, attempts: 0, ...nothing, kept: [] });
}

interface Expected {
  readonly expected: string;
  readonly operator: (this: void, ...given: never[]) => unknown;
}

/** A run that did not end as it was to. */
function ending<Outputs>(
  { definition, status, error, failure, nodes, waitsFor }: RunFacts<Outputs>,
  { expected, operator }: Expected,
): AssertionError {
  const why = failure ? `: ${causesText(failure)}` : waitsFor.length === 0 ? "" : ` for ${waitsFor.map(({ id }) => id).join(", ")}`;
  const lines = nodes.map(
    (node) => `  ${(node.status ?? "").padEnd(11)} ${node.path}${node.error ? `  ${node.error.code}: ${node.error.message}` : ""}`,
  );
  const message = [`${definition.kind} "${definition.id}" was to be ${expected}, and is ${status}${why}`, ...lines].join("\n");
  return assertionError({ message, actual: status, expected, operator, cause: originOf(error) });
}
