import { type AgentDefinition, assertDefinition, type FlowDefinition, type OutputsOf } from "@dad/agent";
import type { Clock } from "@dad/engine";
import { fakeClock } from "@dad/engine/fake-clock";
import type { EventHandler } from "@dad/events";
import type { RecordedTelemetry } from "@dad/observability";
import { memoryObservability } from "@dad/observability/memory";
import { type BudgetLimits, type FinalStatus, messageOf, type RecordedEvent, RunId, type StaticInputs } from "@dad/protocol";
import type { ModelResource, ToolSource } from "@dad/resources";
import { type BudgetChange, readHistory } from "@dad/run-context";
import { checkDefinition, checkResume, type ResumeOptions, resolveStaticInputs } from "@dad/runner";
import { assertionError } from "./assertion-error.ts";
import type { GivenAnswers } from "./given-answers.ts";
import { assertKnown } from "./known-options.ts";
import { missedIterations } from "./missed-iterations.ts";
import { executedIn, perform } from "./perform.ts";
import { readFacts } from "./read-facts.ts";
import { assertReplacements, type ReplacedNodes } from "./replaced-nodes.ts";
import type { Noticed, Opening, Script } from "./script.ts";
import { onDisk, openStage, type Stage } from "./stage.ts";
import { type TestRun, testRun } from "./test-run.ts";
import type { Files } from "./workspace-files.ts";

/** Who answers, in a test or from a resumption on. */
export interface TestAnswers {
  /**
   * What somebody answers to what nodes ask, by request (`flow.node:key`) or by key: a value, or a function of the request. Without
   * an answer the run waits, and is resumed with one.
   */
  readonly answers?: GivenAnswers;
}

/** What the profile of the run has. */
export interface TestResources {
  /** By alias. A call for which a model has no answer fails the test. */
  readonly models?: Readonly<Record<string, ModelResource>>;
  /** By alias. */
  readonly endpoints?: Readonly<Record<string, string | URL>>;
  /** Tools of others, by alias. */
  readonly tools?: Readonly<Record<string, ToolSource>>;
  /** The values of secrets, by alias. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface TestAgentOptions extends TestAnswers, TestResources {
  /** The most that the run may use. What recordings and scripts say is no part of it: give models that say what they use. */
  readonly budget?: BudgetLimits;
  /** Static inputs, by path. */
  readonly inputs?: StaticInputs;
  /** What the workspace starts from: files by their paths, or the directory that has them. Default: nothing. */
  readonly files?: Files | URL;
  /** What is done in the place of nodes, by path. `iter_*` in one stands for each iteration of a loop. */
  readonly nodes?: ReplacedNodes;
  /** Variables that commands see, besides what a program needs to start. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a fake one. The time of a fake clock passes by itself, and whoever waits for it is not kept waiting. */
  readonly clock?: Clock;
  /** Default `test`. */
  readonly runId?: string;
}

export interface TestRunOptions {
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /** Told of everything that happens in the run. */
  readonly onEvent?: EventHandler;
}

/** Its answers are given besides those of the test. */
export interface TestResumeOptions extends TestRunOptions, TestAnswers, Pick<ResumeOptions, "assume"> {
  /** Limits of the budget from now on; `null` takes one away. All others stay. */
  readonly budget?: BudgetChange;
}

/** The test of an agent or a flow: one run of it, and its resumptions. Disposal cancels what still goes on, and waits for its end. */
export interface AgentTest<Outputs = object> extends AsyncDisposable {
  /**
   * Runs it, once. However the run ends, that is a result.
   *
   * @throws AssertionError when a node asked for a model, or an answer of one, that the test does not give, or when what is done
   * in the place of a node gave what the node cannot give, or when a node or an input is given for an iteration that a loop did
   * not have: also when the run got over it.
   */
  run(options?: TestRunOptions): Promise<TestRun<Outputs>>;
  /**
   * Goes on with the run after it failed or was cancelled, or when somebody has answered, as `dad resume` does.
   *
   * @throws as `run`; and `RUN_COMPLETED`, `NODE_OUTCOME_UNKNOWN`, `ASSUMPTION_INVALID` when it cannot be gone on with.
   */
  resume(options?: TestResumeOptions): Promise<TestRun<Outputs>>;
}

/**
 * Tests an agent or a flow: in memory, but for the workspace, which is a directory of its own as long as the run goes on.
 *
 * @throws `DEFINITION_INVALID`, `STATIC_INPUT_INVALID`; TypeError for an option that there is not, and for a path in
 * `nodes` at which there is no node.
 */
export function testAgent<Definition extends AgentDefinition | FlowDefinition>(
  definition: Definition,
  options: TestAgentOptions = {},
): AgentTest<OutputsOf<Definition>> {
  assertKnown(options, OPTIONS, "testAgent");
  const script = scriptOf(definition, options);
  const disposed = new AbortController();
  let stage: Promise<Stage> | undefined;
  let going: Promise<unknown> | undefined;

  /** What the elements give has the types that the definition says. */
  async function inTurn(given: TestResumeOptions, resume?: ResumeOptions): Promise<TestRun<OutputsOf<Definition>>> {
    if (going) throw new TypeError("the run still goes on: wait for its end");
    disposed.signal.throwIfAborted();
    const signal = given.signal ? AbortSignal.any([given.signal, disposed.signal]) : disposed.signal;
    stage ??= openStage(options.files ?? {});
    const answers = { ...options.answers, ...given.answers };
    const run = stage.then((opened) =>
      follow(script, opened, { signal, onEvent: given.onEvent, answers, resume, budget: given.budget, noticed: nothingYet() }),
    );
    going = run;
    try {
      return (await run) as TestRun<OutputsOf<Definition>>;
    } finally {
      going = undefined;
    }
  }

  return {
    async run(given = {}) {
      assertKnown(given, RUN_OPTIONS, "run");
      if (stage) throw new TypeError("this test had its run: resume that, or make another test");
      return await inTurn(given);
    },
    async resume(given = {}) {
      assertKnown(given, RESUME_OPTIONS, "resume");
      const { assume = {} } = given;
      if (!stage) throw new TypeError("there is no run to resume: run it first");
      return await inTurn(given, { assume });
    },
    async [Symbol.asyncDispose]() {
      disposed.abort(new DOMException("The test is over.", "AbortError"));
      // Whoever waits for the run is told how it ended.
      await going?.catch(() => undefined);
    },
  };
}

function scriptOf(definition: AgentDefinition | FlowDefinition, options: TestAgentOptions): Script {
  const {
    models = {},
    endpoints = {},
    tools = {},
    secrets = {},
    inputs = {},
    nodes = {},
    env = {},
    clock = fakeClock(),
    runId = "test",
    budget,
  } = options;
  assertDefinition(definition);
  checkDefinition(definition);
  assertReplacements(definition, nodes);
  const { data: id, error } = RunId.safeParse(runId);
  if (error) throw new TypeError(`${JSON.stringify(runId)} is no run id: ${error.issues[0]?.message}`);
  return { definition, runId: id, inputs: resolveStaticInputs(definition, inputs), models, endpoints, tools, secrets, nodes, env, clock, budget };
}

const RUN_OPTIONS = { signal: true, onEvent: true } as const;
const RESUME_OPTIONS = { ...RUN_OPTIONS, assume: true, answers: true, budget: true } as const;
const OPTIONS = {
  models: true,
  endpoints: true,
  tools: true,
  secrets: true,
  budget: true,
  inputs: true,
  files: true,
  nodes: true,
  answers: true,
  env: true,
  clock: true,
  runId: true,
} as const;

function nothingYet(): Noticed {
  return { events: [], asked: [], told: memoryObservability({ logs: { level: "trace" } }), problems: [] };
}

/** Performs the script, and says what came of it. */
async function follow(script: Script, stage: Stage, opening: Opening): Promise<TestRun> {
  const { definition, runId, models } = script;
  const { noticed, resume } = opening;
  if (resume) checkResume(definition, await readHistory(stage.journals, runId), resume);
  const ended = await onDisk(stage, () => perform(script, stage, opening));
  const { details, record, ...facts } = await readFacts(stage, runId);
  assertFollowed([...noticed.problems, ...misgiven(script, record)]);
  const askedOf = (alias: string) => noticed.asked.filter((asked) => asked.alias === alias).map(({ request }) => request);
  return testRun({
    ...facts,
    ...ended,
    definition,
    runId,
    // It is over, and who worked on it has said how.
    status: details.status as FinalStatus | "waiting",
    failure: details.error,
    waitsFor: details.requests ?? [],
    executed: executedIn(noticed),
    events: noticed.events,
    telemetry: toldIn(noticed),
    requests: new Map(Object.keys(models).map((alias) => [alias, askedOf(alias)])),
  });
}

function toldIn({ told: { spans, logs, metrics } }: Noticed): RecordedTelemetry {
  return { spans, logs, metrics };
}

/** What is given for what never was. */
function misgiven({ nodes, inputs }: Script, record: readonly RecordedEvent[]): Noticed["problems"] {
  const missed = Object.entries({ nodes, inputs }).flatMap(([option, given]) =>
    missedIterations(Object.keys(given), record).map((problem) => `${option}: ${problem}`),
  );
  return missed.map((problem) => ({ problem, cause: undefined }));
}

function assertFollowed(problems: Noticed["problems"]): void {
  const [first] = problems;
  if (!first) return;
  const lines = problems.map(({ problem, cause }) => (cause === undefined ? problem : `${problem} (${messageOf(cause)})`));
  throw assertionError({ message: lines.join("\n"), operator: assertFollowed, cause: first.cause });
}
