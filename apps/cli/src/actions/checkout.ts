import { checkoutRun } from "@dad/doctor";
import { jsonText, paintFor, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { openMaintenance } from "../project/open-maintenance.ts";
import { checkoutText } from "../terminal/checkout-text.ts";

export interface CheckoutFlags {
  readonly runRoot?: string;
  readonly json?: true;
}

/** Makes the readable files of a run again. */
export async function checkout(given: string, flags: CheckoutFlags): Promise<number> {
  offerOwnPackages();
  await using maintenance = await openMaintenance(flags);
  const report = await maintenance.withRun(given, (runId) => checkoutRun(maintenance.store, runId));
  process.stdout.write(flags.json ? jsonText(report) : `${checkoutText(visible(report), paintFor(process.stdout))}\n`);
  return report.failed.length > 0 ? EXIT.failed : EXIT.done;
}
