import { checkStore, type CheckStoreOptions, isClean, repairStore } from "@dad/doctor";
import { jsonText, paintFor, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { openMaintenance } from "../project/open-maintenance.ts";
import { fsckText } from "../terminal/fsck-text.ts";

export interface FsckFlags {
  readonly repair?: true;
  readonly quick?: true;
  readonly runRoot?: string;
  readonly json?: true;
}

/** Checks the runs of a run root, or one of them, and mends what is asked to be mended. */
export async function fsck(given: string | undefined, flags: FsckFlags): Promise<number> {
  offerOwnPackages();
  await using maintenance = await openMaintenance(flags);
  const { store } = maintenance;
  const options: CheckStoreOptions = flags.quick ? { depth: "quick" } : {};
  const check = (more: CheckStoreOptions) => (flags.repair ? repairStore : checkStore)(store, { ...options, ...more });
  const report = given === undefined ? await check({}) : await maintenance.withRun(given, (runId) => check({ runId }));
  process.stdout.write(flags.json ? jsonText(report) : `${fsckText(visible(report), paintFor(process.stdout))}\n`);
  return isClean(report) ? EXIT.done : EXIT.failed;
}
