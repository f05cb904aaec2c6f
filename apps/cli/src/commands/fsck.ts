import { type Command, Option } from "commander";
import type { FsckFlags } from "../actions/fsck.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad fsck [run]` */
export function declareFsck(program: Command, finish: Finish): void {
  program
    .command("fsck")
    .summary("check the store of the runs")
    .description(
      "Checks journals, contents, readable files, owners, outcomes and the index against each other, and tells what is not as it should be.",
    )
    .argument("[run]", "only this run (default: all, and what belongs to none)")
    .option("--repair", "mend what can be mended, put that on record, and check again")
    .addOption(new Option("--quick", "look at what is there and how large it is, without reading every content"))
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print what was found as one JSON object")
    .addHelpText("after", EXIT_CODES)
    .action(async (runId: string | undefined, flags: FsckFlags) => {
      const { fsck } = await import("../actions/fsck.ts");
      finish(await fsck(runId, flags));
    });
}

const EXIT_CODES = `
Exit codes: 0 all is well, 1 something is not (what is only told does not count), 2 usage`;
