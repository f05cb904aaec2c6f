import { DadError, nameHint, type RunId } from "@dad/protocol";

/** `NODE_UNKNOWN`: neither of two runs has begun anything at this path. Says which path may have been meant. */
export class NodeUnknownError extends DadError<"NODE_UNKNOWN"> {
  constructor(path: string, { runs, known }: { readonly runs: readonly [RunId, RunId]; readonly known: readonly string[] }) {
    const [before, after] = runs;
    const where = before === after ? `nothing of run ${before} is` : `neither of the runs ${before} and ${after} has anything`;
    super("NODE_UNKNOWN", `${where} at ${JSON.stringify(path)}; ${nameHint(path, known)}`, { details: { path, before, after } });
  }
}
