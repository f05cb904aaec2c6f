import type { ArtifactDraft, NodeContext, NodeDefinition, OutputPiece, Question } from "@dad/agent";
import {
  type Command,
  confinedFiles,
  type ExecOptions,
  type ExecResult,
  guardsWith,
  type IsolationPolicy,
  type IsolationSpace,
} from "@dad/isolation";
import { type ContentCapture, logAt, type RecordedSpan } from "@dad/observability";
import { type MemoryObservability, memoryObservability } from "@dad/observability/memory";
import { type ArtifactEntry, DadError, digestOfBytes, ExecutionId, type Json, NodePath, RelativePath, RunId, Usage } from "@dad/protocol";
import { type ModelQuery, type ModelResource, ResourceUnknownError, type ToolSource } from "@dad/resources";
import { redactor } from "@dad/secrets";

// For the tests of this package only: a context in memory that says what a node did with it.

export interface TestingContext {
  readonly context: NodeContext;
  readonly artifacts: Map<string, ArtifactDraft>;
  readonly usages: Usage[];
  /** Those that have ended, in the order in which they did. */
  readonly spans: readonly RecordedSpan[];
  readonly telemetry: MemoryObservability;
  /** The messages of what was committed to the outcome. */
  readonly commits: string[];
  readonly pieces: OutputPiece[];
  readonly emitted: { readonly name: string; readonly data: Json }[];
  /** What spaces were asked for besides that of the run. */
  readonly policies: IsolationPolicy[];
  /** What is to be disposed of when the attempt is over. Nobody does, here. */
  readonly owned: AsyncDisposable[];
  readonly controller: AbortController;
}

export interface TestingResources {
  readonly tools?: Readonly<Record<string, ToolSource>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** What does not come from this attempt. */
export interface TestingEarlier {
  /** What steps gave, in this and in earlier attempts. */
  readonly steps?: Map<string, unknown>;
  /** Answers what the node asks. Default: nobody does. */
  readonly answer?: (question: Question) => unknown;
  /** Which contents may be told. Default: none. */
  readonly capture?: ContentCapture;
}

export interface TestingContextOptions {
  readonly workspace?: string;
  readonly space?: IsolationSpace;
  readonly models?: Readonly<Record<string, ModelResource>>;
  /** What there is besides models. */
  readonly resources?: TestingResources;
  readonly earlier?: TestingEarlier;
  /** Whether the run has an outcome. Default true. */
  readonly outcome?: boolean;
  readonly untrusted?: boolean;
  /** What is given to who asks for a space of its own. Default: `space`. */
  readonly isolatedSpace?: IsolationSpace;
}

export function testingContext(options: TestingContextOptions = {}): TestingContext {
  const { workspace, models = {}, resources = {}, earlier = {}, outcome = true, ...isolation } = options;
  const { tools = {}, secrets = {} } = resources;
  const { steps = new Map(), answer = nobodyAnswers, capture } = earlier;
  const policies: IsolationPolicy[] = [];
  const artifacts = new Map<string, ArtifactDraft>();
  const usages: Usage[] = [];
  const commits: string[] = [];
  const pieces: OutputPiece[] = [];
  const emitted: { readonly name: string; readonly data: Json }[] = [];
  const owned: AsyncDisposable[] = [];
  const telemetry = memoryObservability();
  const observability = { ...telemetry, capture };
  const controller = new AbortController();
  const context: NodeContext = {
    run: RUN,
    path: NodePath.parse("agent.flow.node"),
    attempt: 1,
    idempotencyKey: "run_1:agent.flow.node",
    signal: controller.signal,
    ...isolationParts(isolation, { policies, controller }),
    workspace,
    inputFiles: [],
    outcome: outcome ? outcomeTree(commits) : undefined,
    resources: profileOf({ model: counted(models, usages), tools }),
    secret: async (name) => secretOf(secrets, name),
    redactor: redactor(Object.entries(secrets).map(([name, value]) => ({ name, value }))),
    observability,
    log: logAt(observability.logger),
    ...keeping(artifacts),
    input: async (question) => question.schema.parse(answer(question)),
    step: stepping(steps, controller),
    use: (resource) => (owned.push(resource), resource),
    addUsage: (usage) => void usages.push(usage),
    emit: async (name, data) => void emitted.push({ name, data }),
    exclusively: (work) => work(),
    stream: (piece) => void pieces.push(piece),
  };
  return { context, artifacts, usages, spans: telemetry.spans, telemetry, commits, pieces, emitted, policies, owned, controller };
}

function nobodyAnswers({ key }: Question): never {
  throw new TypeError(`nobody answers ${key} here`);
}

function secretOf(secrets: Readonly<Record<string, string>>, name: string): string {
  const value = secrets[name];
  if (value === undefined) throw new TypeError(`there is no secret ${name} here`);
  return value;
}

function stepping(steps: Map<string, unknown>, { signal }: AbortController): NodeContext["step"] {
  const begun = new Set<string>();
  return async (name, work) => {
    if (begun.has(name)) throw new TypeError(`there is a step "${name}" already`);
    begun.add(name);
    if (!steps.has(name)) steps.set(name, JSON.parse(JSON.stringify(await work({ signal }))));
    return steps.get(name) as never;
  };
}

function keeping(artifacts: Map<string, ArtifactDraft>): Pick<NodeContext, "record" | "content"> {
  const kept = new Map<string, Uint8Array>();
  return {
    async record(draft) {
      if (artifacts.has(draft.name)) throw new TypeError(`there is an artifact "${draft.name}" already`);
      artifacts.set(draft.name, draft);
      const entry = entryOf(draft);
      kept.set(entry.digest, bytesOf(draft));
      return entry;
    },
    async content({ digest }) {
      const bytes = kept.get(digest);
      if (!bytes) throw new TypeError(`nobody kept the content ${digest}`);
      return bytes;
    },
  };
}

function isolationParts(
  { space = fakeSpace(), isolatedSpace = space, untrusted = false }: TestingContextOptions,
  { policies, controller }: Pick<TestingContext, "policies" | "controller">,
): Pick<NodeContext, "space" | "env" | "cwd" | "files" | "exec" | "isolated" | "untrusted"> {
  const { env, cwd, files } = space;
  return {
    space,
    env,
    cwd,
    files,
    untrusted,
    exec: (command, options) => space.exec(command, { signal: controller.signal, ...options }),
    async isolated(policy) {
      policies.push(policy);
      return isolatedSpace;
    },
  };
}

/** What the runner does with a node once its settings are rendered: parse, execute, parse. */
export async function runNode<Output>(definition: NodeDefinition<Output>, context: NodeContext, input?: Json): Promise<Output> {
  const { nodeType, settings } = definition;
  const given = input === undefined ? undefined : nodeType.input?.parse(input);
  const output = await nodeType.execute(context, { settings: nodeType.settings.parse(settings), input: given });
  return nodeType.output.parse(output) as Output;
}

export interface FakeExec {
  (command: Command, options?: ExecOptions): Promise<ExecResult>;
}

/** A space whose commands are a function. */
export function fakeSpace(exec: FakeExec = () => Promise.reject(new Error("no command was expected")), cwd = "/nowhere"): IsolationSpace {
  return {
    id: "test",
    adapter: "fake",
    guards: guardsWith({}),
    degraded: [],
    env: {},
    cwd,
    files: confinedFiles(cwd),
    exec,
    kill: async () => {},
    usage: async () => ({ commands: 0 }),
    changes: async () => undefined,
    [Symbol.asyncDispose]: async () => {},
  };
}

export function execResult(
  result: Partial<Omit<ExecResult, "stdout" | "stderr">> & { readonly stdout?: string; readonly stderr?: string } = {},
): ExecResult {
  const { stdout = "", stderr = "", ...rest } = result;
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    reason: "exited",
    exitCode: 0,
    signal: null,
    lost: { stdout: 0, stderr: 0 },
    durationMs: 1,
    ...rest,
    stdout: bytes(stdout),
    stderr: bytes(stderr),
  };
}

function outcomeTree(commits: string[]): NodeContext["outcome"] {
  return {
    async commit(message) {
      commits.push(message);
      return { branch: "run/run_1", commit: "0".repeat(40) };
    },
  };
}

type Shelves = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** As the runner gives them: what their calls use is counted by itself, also by those that fail. */
function counted(models: Readonly<Record<string, ModelResource>>, usages: Usage[]): Record<string, ModelResource> {
  const count = (usage: unknown): void => {
    const used = Usage.safeParse(usage);
    if (used.success) usages.push(used.data);
  };
  const countedModel = (model: ModelResource): ModelResource => ({
    ...model,
    async generate(request, options) {
      const reply = await model.generate(request, options).catch((error: unknown) => {
        count(DadError.is(error) ? error.details["usage"] : undefined);
        throw error;
      });
      count(reply.usage);
      return reply;
    },
  });
  return Object.fromEntries(Object.entries(models).map(([id, model]) => [id, countedModel(model)]));
}

function profileOf(shelves: Shelves): NodeContext["resources"] {
  const ids = (kind: string): readonly string[] => Object.keys(shelves[kind] ?? {});
  const profile: NodeContext["resources"] = {
    name: "test",
    models: (query) => ids("model").filter((id) => fits(shelves["model"]?.[id] as ModelResource, query)),
    forRun: () => profile,
    ids,
    get(kind, id) {
      const resource = shelves[kind]?.[id];
      if (resource === undefined) throw new ResourceUnknownError(kind, id, { name: "test", ids: ids(kind) });
      return resource as never;
    },
  };
  return profile;
}

function fits({ modelId, capabilities }: ModelResource, { model = modelId, capabilities: asked = [] }: ModelQuery): boolean {
  return model === modelId && asked.every((capability) => capabilities[capability]);
}

const RUN: NodeContext["run"] = {
  runId: RunId.parse("run_1"),
  executionId: ExecutionId.parse("01890a5d-ac96-774b-bcce-b302099a8057"),
  runDir: "/runs/run_1",
  runRoot: "/runs",
  effectiveRunRoot: "/runs",
  traceDir: "/runs/run_1/.trace",
};

function entryOf(draft: ArtifactDraft): ArtifactEntry {
  const { name, mediaType = "application/json" } = draft;
  const bytes = bytesOf(draft);
  return { name, mediaType, digest: digestOfBytes(bytes), size: bytes.length, path: RelativePath.parse(`node/files/${name}`) };
}

function bytesOf({ data }: ArtifactDraft): Uint8Array {
  return data instanceof Uint8Array ? data : new TextEncoder().encode(JSON.stringify(data satisfies Json));
}
