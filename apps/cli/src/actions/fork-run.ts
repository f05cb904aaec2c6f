import { compareFork } from "@dad/compare";
import { type ForkChild, forkAgent } from "@dad/local";
import { type ForkReport, NodePath, RunId } from "@dad/protocol";
import { isFrom } from "@dad/runner";
import type { Redactor } from "@dad/secrets";
import { type ForkProgress, forkProgress, forkText, jsonText, paintFor, setText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT, exitCodeOfFork } from "../exit-code.ts";
import { forkCommands } from "../project/fork-commands.ts";
import { commandLine } from "../project/next-commands.ts";
import { parseVariants } from "../project/parse-variants.ts";
import { answerAtTerminal } from "../terminal/at-terminal.ts";
import { divertOutput } from "../terminal/divert-output.ts";
import { redactedStderr } from "../terminal/redacted-stderr.ts";
import { type PreparedRerun, prepareRerun, type RerunFlags } from "./prepare-rerun.ts";
import { runToItsEnd } from "./run-to-its-end.ts";

export interface ForkFlags extends Omit<RerunFlags, "reuse" | "replay"> {
  readonly from: string;
  readonly times: number;
  readonly concurrency: number;
  readonly budget?: number;
  readonly prefix?: string;
}

/** Makes several runs from an earlier one, tells how they go on on stderr, and compares them on stdout. */
export async function forkRun(runId: string, file: string | undefined, flags: ForkFlags): Promise<number> {
  const { set = [], times, ...others } = flags;
  using secrets = redactedStderr();
  const { answer, keptIn } = answerAtTerminal();
  const progress = forkProgress(process.stderr, { answer });
  using output = divertOutput((text) => progress.log(text), secrets);
  offerOwnPackages();
  await using prepared = await prepareRerun(runId, file, others);
  await keptIn(prepared.store.runRoot);
  const variants = parseVariants(prepared.definition, { set, times });
  const report = await forked({ prepared, variants, flags, progress, secrets });
  const told = await output.tell(flags.json ? jsonText(report) : await textOf(report, prepared.store.runRoot));
  return exitCodeOfFork(report) || (told ? EXIT.done : EXIT.failed);
}

interface Forking {
  readonly prepared: PreparedRerun;
  readonly variants: readonly ForkChild["set"][];
  readonly flags: ForkFlags;
  readonly progress: ForkProgress;
  readonly secrets: Redactor;
}

async function forked({ prepared, variants, flags, progress, secrets }: Forking): Promise<ForkReport> {
  const { definition, store, resources, isolation, outcome, rerun, inputs, inputFiles, located, source } = prepared;
  const { from, concurrency, budget, prefix } = flags;
  const sets = setText(variants);
  const observability = prepared.observability(progress);
  const { children, stopped } = await runToItsEnd(progress, (ends) =>
    located(
      forkAgent(definition, {
        ...ends,
        store,
        inputs,
        inputFiles,
        source,
        variants,
        concurrency,
        rerun: { ...rerun, from },
        ports: ({ number }) => ({
          resources,
          onEvent: progress.of(number),
          onSecret: (secret) => secrets.add(secret),
          isolation,
          outcome,
          observability,
        }),
        onChildStart: ({ number }) => progress.log(`[${number}] ${visible(sets[number - 1]) || "nothing is set"}\n`),
        ...(budget === undefined ? {} : { budgetUsd: budget }),
        ...(prefix === undefined ? {} : { runIdPrefix: prefix }),
      }),
    ),
  );
  // It was planned: it is a path of the definition.
  const facts = { of: RunId.parse(rerun.of), from: NodePath.parse(from), isMeant: isMeantOf(definition, from), children, stopped, budgetUsd: budget };
  return await compareFork(store, facts);
}

function isMeantOf(definition: PreparedRerun["definition"], from: string): (path: string) => boolean {
  const comesAfter = isFrom(definition, NodePath.parse(from));
  return (path) => comesAfter(NodePath.parse(path));
}

async function textOf(report: ForkReport, runRoot: string): Promise<string> {
  const line = await commandLine({ cwd: process.cwd(), runRoot, clone: process.env["DAD_CLONE"] });
  return `${forkText(visible(report), { paint: paintFor(process.stdout), next: forkCommands(report, line) })}\n`;
}
