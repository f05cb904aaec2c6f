import { join } from "node:path";
import { defineNode } from "@dad/agent";
import { memoryOutcomeRepository } from "@dad/outcome/memory";
import type { OutcomeRepository, RunOutcome } from "@dad/outcome";
import type { RunWorkspaces } from "@dad/run-context";
import { z } from "zod";
import { memoryPorts } from "./testing-ports.ts";
import { rerunStage } from "./testing-rerun.ts";
import { meeting, RUN } from "./testing-run.ts";

// For the tests of this package only: re-runs whose runs have files.

type Attempts = ReturnType<typeof rerunStage>["attempts"];

/** Where runs would work whose files nobody keeps. */
export const NOTHING_KEPT: RunWorkspaces = { directoryOf: ({ runDir }) => join(runDir, "workspace"), open: async () => undefined };

export interface FileStageOptions {
  /** Why nothing can be committed at this moment. */
  readonly refusal?: () => Error | undefined;
}

/** A stage whose runs have files, in memory, and nodes that read and write them. */
export function fileStage({ refusal }: FileStageOptions = {}) {
  const opened = new Map<string, RunOutcome>();
  const repository = memoryOutcomeRepository({ base: [file("base.txt", "base")] });
  const outcomes: OutcomeRepository = {
    ...repository,
    async open(runId, options) {
      const outcome = await repository.open(runId, options);
      opened.set(runId, outcome);
      const commit: RunOutcome["commit"] = async (committing) => {
        const refused = refusal?.();
        if (refused) throw refused;
        return await outcome.commit(committing);
      };
      return { ...outcome, commit };
    },
  };
  const on = rerunStage({ ports: { ...memoryPorts(), outcomes } });
  return { ...on, ...fileNodes(on, opened), files: filesIn(on, repository), message: (commit: string) => repository.message(commit) };
}

function file(path: string, text: string) {
  return { path, content: new TextEncoder().encode(text), executable: false };
}

function fileNodes({ attempts }: { readonly attempts: Attempts }, opened: Opened) {
  return {
    write: writeNode(attempts, opened),
    late: lateNode(attempts, opened),
    scribble: scribbleNode(attempts, opened),
    read: readNode(attempts, opened),
    say: sayNode(attempts),
  };
}

type Opened = ReadonlyMap<string, RunOutcome>;

const output = z.object({ value: z.string() });

/** Writes a file, if it is told a name, while nobody else changes files, looks at no other, and gives its name. */
function writeNode(attempts: Attempts, opened: Opened) {
  return defineNode({
    type: "write",
    version: "1",
    effect: "pure",
    workspace: "confined",
    settings: z.object({ to: z.string(), text: z.string() }),
    output,
    async execute(context, { settings: { to, text } }) {
      const { path, attempt, run } = context;
      attempts.push({ runId: run.runId, path, attempt });
      if (to !== "") await context.exclusively(async () => opened.get(run.runId)?.write(file(to, text)));
      if (text === "fail") throw new Error("it was to fail");
      return { value: to };
    },
  });
}

/** Writes a file: that of the first item once the third one has begun. */
function lateNode(attempts: Attempts, opened: Opened) {
  const third = Promise.withResolvers<void>();
  return defineNode({
    type: "late",
    version: "1",
    effect: "pure",
    workspace: "confined",
    settings: z.object({ item: z.string() }),
    output,
    async execute(context, { settings: { item } }) {
      const { path, attempt, run } = context;
      attempts.push({ runId: run.runId, path, attempt });
      if (item === "c") third.resolve();
      if (item === "a") await third.promise;
      await context.exclusively(async () => opened.get(run.runId)?.write(file(`${item}.txt`, "")));
      return { value: `${item}.txt` };
    },
  });
}

/** Gives what is in a file. */
function readNode(attempts: Attempts, opened: Opened) {
  return defineNode({
    type: "read",
    version: "1",
    effect: "pure",
    workspace: "reads",
    settings: z.object({ from: z.string() }),
    output,
    async execute({ path, attempt, run: { runId } }, { settings: { from } }) {
      attempts.push({ runId, path, attempt });
      const found = await opened.get(runId)?.read(from);
      return { value: found ? new TextDecoder().decode(found.content) : "nothing" };
    },
  });
}

/** Sees no file. */
function sayNode(attempts: Attempts) {
  return defineNode({
    type: "say",
    version: "1",
    effect: "pure",
    workspace: "none",
    settings: z.object({ text: z.string() }),
    output,
    execute({ path, attempt, run: { runId } }, { settings: { text } }) {
      attempts.push({ runId, path, attempt });
      return { value: text };
    },
  });
}

function filesIn(on: ReturnType<typeof rerunStage>, repository: ReturnType<typeof memoryOutcomeRepository>) {
  return async (runId: string = RUN): Promise<Record<string, string>> => {
    const { outcome } = await on.details(runId);
    const files = repository.files(outcome?.commit ?? "") ?? [];
    return Object.fromEntries(files.map(({ path, content }) => [path, new TextDecoder().decode(content)]));
  };
}

/** Writes a file while others may change files, too, and waits until others of them do. */
function scribbleNode(attempts: Attempts, opened: Opened) {
  const met = new Map<string, ReturnType<typeof meeting>>();
  return (settings: { readonly to: string; readonly text: string; readonly with: number }, effect: "idempotent" | "effectful" = "idempotent") =>
    defineNode({
      type: "scribble",
      version: "1",
      effect,
      settings: z.object({ to: z.string(), text: z.string(), with: z.number() }),
      output,
      async execute(context, { settings: { to, text, with: size } }) {
        const { path, attempt, run } = context;
        attempts.push({ runId: run.runId, path, attempt });
        await opened.get(run.runId)?.write(file(to, text));
        const meet = met.get(run.runId) ?? meeting(size);
        met.set(run.runId, meet);
        await meet(context);
        return { value: to };
      },
    })(settings);
}
