import { DadError } from "@dad/protocol";

/** `CHDIR_IN_RUN`: code of a run called `process.chdir`, which would move all other runs, too. */
export class ChdirInRunError extends DadError<"CHDIR_IN_RUN"> {
  constructor(runId: string, directory: string) {
    super(
      "CHDIR_IN_RUN",
      `code of run ${runId} called process.chdir(${JSON.stringify(directory)}), which would move every run of this process: give the directory to what is called (\`cwd\`, or an absolute path)`,
      { details: { runId, directory } },
    );
  }
}
