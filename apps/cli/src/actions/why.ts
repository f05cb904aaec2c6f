import { lineageOf } from "@dad/lineage";
import { localStore } from "@dad/local";
import { jsonText, lineageText, paintFor, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRootThere } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { commandLine } from "../project/next-commands.ts";

export interface WhyFlags {
  readonly runRoot?: string;
  readonly depth?: number;
  readonly json?: true;
}

/** What somebody asks about, as they wrote it. */
export interface AskedNode {
  readonly runId: string;
  /** A node, an artifact of one, or a file. */
  readonly node: string;
}

/** Shows how what a node gave came about. */
export async function why({ runId, node }: AskedNode, { depth, json, ...flags }: WhyFlags): Promise<number> {
  offerOwnPackages();
  const cwd = process.cwd();
  const runRoot = await findRunRootThere({ cwd, runRoot: flags.runRoot });
  await using store = localStore({ runRoot });
  const run = await findRun(store, runId);
  const lineage = await lineageOf(store, { runId: run.runId, node, ...(depth === undefined ? {} : { depth }) });
  const line = await commandLine({ cwd, runRoot, clone: process.env["DAD_CLONE"] });
  const command = (...options: readonly string[]) => line("why", run.runId, node, ...options);
  process.stdout.write(json ? jsonText(lineage) : `${lineageText(visible(lineage), { paint: paintFor(process.stdout), command })}\n`);
  return EXIT.done;
}
