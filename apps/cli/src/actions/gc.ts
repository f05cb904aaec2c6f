import { collectGarbage, purgeTrash, undoCollection } from "@dad/doctor";
import { jsonText, paintFor, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { commandLine } from "../project/next-commands.ts";
import { openMaintenance } from "../project/open-maintenance.ts";
import { gcText, trashText } from "../terminal/gc-text.ts";

export interface GcFlags {
  readonly dryRun?: true;
  /** `true` for the last one. */
  readonly undo?: string | true;
  readonly purge?: true;
  readonly verbose?: true;
  readonly runRoot?: string;
  readonly json?: true;
}

/** Collects the garbage of a run root, or puts back or deletes what was collected. */
export async function gc(flags: GcFlags): Promise<number> {
  offerOwnPackages();
  await using maintenance = await openMaintenance(flags);
  const { store, runRoot } = maintenance;
  const paint = paintFor(process.stdout);
  if (flags.undo !== undefined || flags.purge) {
    const report = flags.purge ? await purgeTrash(store) : await undoCollection(store, flags.undo === true ? undefined : flags.undo);
    process.stdout.write(flags.json ? jsonText(report) : `${trashText(visible(report))}\n`);
    return report.items.some(({ became }) => became === "left") ? EXIT.failed : EXIT.done;
  }
  const report = await collectGarbage(store, { dryRun: flags.dryRun ?? false });
  const line = await commandLine({ cwd: process.cwd(), runRoot, clone: process.env["DAD_CLONE"] });
  process.stdout.write(flags.json ? jsonText(report) : `${gcText(visible(report), { paint, verbose: flags.verbose ?? false, line })}\n`);
  return report.blocked.length > 0 ? EXIT.failed : EXIT.done;
}
