import { runAgent } from "@dad/local";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { parseBudget } from "../project/parse-budget.ts";
import { type AskingFlags, atTerminal } from "../terminal/at-terminal.ts";
import { divertOutput } from "../terminal/divert-output.ts";
import { redactedStderr } from "../terminal/redacted-stderr.ts";
import { startTelling } from "../terminal/start-telling.ts";
import { explainRun } from "./explain-run.ts";
import { prepareRerun, type RerunFlags } from "./prepare-rerun.ts";
import { runToItsEnd } from "./run-to-its-end.ts";
import { tellRun } from "./tell-run.ts";

export interface RerunRunFlags extends RerunFlags, AskingFlags {
  /** `usd=2,tokens=200k`, each. */
  readonly budget?: readonly string[];
  readonly dryRun?: true;
  readonly runId?: string;
  readonly prefix?: string;
}

/** Makes a run from an earlier one, tells how it goes on stderr and how it went on stdout. */
export async function rerunRun(runId: string, file: string | undefined, flags: RerunRunFlags): Promise<number> {
  const budget = parseBudget(flags.budget);
  if (flags.dryRun) return await explainRun(runId, file, flags);
  using secrets = redactedStderr();
  const { progress, onInput, keptIn } = atTerminal(flags);
  using output = divertOutput((text) => progress.log(text), secrets);
  offerOwnPackages();
  await using prepared = await prepareRerun(runId, file, flags);
  const { definition, store, resources, isolation, outcome, rerun, inputs, inputFiles, located, source } = prepared;
  await keptIn(store.runRoot);
  const ended = await runToItsEnd(progress, (work) =>
    located(
      runAgent(definition, {
        ...work,
        store,
        inputs,
        inputFiles,
        rerun,
        source,
        budget,
        ports: {
          resources,
          onEvent: startTelling(progress, store),
          onSecret: (secret) => secrets.add(secret),
          onInput,
          isolation,
          outcome,
          observability: prepared.observability(progress),
        },
        ...(flags.runId === undefined ? {} : { runId: flags.runId }),
        ...(flags.prefix === undefined ? {} : { runIdPrefix: flags.prefix }),
      }),
    ),
  );
  return await tellRun(ended, { store, resources, json: flags.json ?? false, output });
}
