/**
 * Tests of agents: scripted models, fake time, a workspace of its own, and what became of each node.
 *
 * @packageDocumentation
 */
export { systemClock } from "@dad/engine";
export { type FakeClock, fakeClock } from "@dad/engine/fake-clock";
export { type ScriptedAnswer, type ScriptedModel, scriptedModel, type ScriptedReply, type ScriptedTurn } from "@dad/resources/scripted";
export type { GivenAnswer, GivenAnswers } from "./given-answers.ts";
export type { ReplacedNode, ReplacedNodes, ReplacedWork, TestNodeContext } from "./replaced-nodes.ts";
export { type AgentTest, testAgent, type TestAgentOptions, type TestResumeOptions, type TestRunOptions } from "./test-agent.ts";
export type { TestedCommit, TestRun } from "./test-run.ts";
export type { TestedArtifact, TestedNode } from "./tested-node.ts";
export type { Files } from "./workspace-files.ts";
