import { deepStrictEqual } from "node:assert";
import { type ErrorEnvelope, type Json, nameHint, type NodePath, type NodeStatus, type Usage } from "@dad/protocol";
import { assertionError } from "./assertion-error.ts";
import { causesText } from "./causes-text.ts";
import { utf8 } from "./workspace-files.ts";

/** What a node kept. */
export interface TestedArtifact {
  readonly name: string;
  readonly mediaType: string;
  bytes(): Uint8Array;
  /** @throws TypeError for what is not UTF-8. */
  text(): string;
  /** @throws SyntaxError for what is not JSON. */
  json(): Json;
}

/** What became of a node. */
export interface TestedNode {
  readonly path: NodePath;
  /** `undefined` when the run did not come to it. */
  readonly status: NodeStatus | undefined;
  /** How often it was executed. */
  readonly attempts: number;
  /** What it was told, rendered. */
  readonly settings: Json | undefined;
  /** What was given for it as a static input. */
  readonly input: Json | undefined;
  /** What it gave. */
  readonly outcome: Json | undefined;
  /** Why its last attempt failed. */
  readonly error: ErrorEnvelope | undefined;
  /** What all its attempts used, when they used something. */
  readonly usage: Usage | undefined;
  /** The names of what its last attempt kept. */
  readonly artifacts: readonly string[];
  /** @throws TypeError with the nearest name when its last attempt kept no such artifact. */
  artifact(name: string): TestedArtifact;
  /** @throws AssertionError unless the node completed and gave just this; it says what else became of it. */
  expectOutcome(expected: unknown): void;
}

/** All that is known of a node, to be looked at. */
export interface NodeFacts extends Omit<TestedNode, "artifacts" | "artifact" | "expectOutcome"> {
  readonly kept: readonly KeptArtifact[];
  /** What its last attempt threw, when it did in this process. */
  readonly thrown: unknown;
}

export interface KeptArtifact extends Pick<TestedArtifact, "name" | "mediaType"> {
  readonly content: Uint8Array;
}

export function testedNode({ kept, thrown, ...facts }: NodeFacts): TestedNode {
  const names = kept.map(({ name }) => name);
  const node: TestedNode = {
    ...facts,
    artifacts: names,
    artifact(name) {
      const found = kept.find((artifact) => artifact.name === name);
      if (!found) throw new TypeError(`${stateText(facts)}, and kept no artifact ${JSON.stringify(name)}; ${nameHint(name, names)}`);
      return testedArtifact(found);
    },
    expectOutcome(expected) {
      if (facts.status === "completed") deepStrictEqual(facts.outcome, expected);
      else throw assertionError({ message: `${stateText(facts)}, and gave nothing`, expected, operator: node.expectOutcome, cause: thrown });
    },
  };
  return node;
}

function testedArtifact({ content, ...artifact }: KeptArtifact): TestedArtifact {
  return {
    ...artifact,
    bytes: () => content.slice(),
    text: () => utf8(content),
    json: () => JSON.parse(utf8(content)) as Json,
  };
}

/** How a node ended, in a sentence that can go on. */
function stateText({ path, status, error }: Pick<NodeFacts, "path" | "status" | "error">): string {
  if (status === undefined) return `the run did not come to node ${path}`;
  return `node ${path} is ${status}${error ? ` (${causesText(error)})` : ""}`;
}
