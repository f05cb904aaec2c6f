import type { Git, GitCall } from "./git.ts";

/** The contents of objects by their ids. What is not there is left out. */
export async function readBlobs(git: Git, ids: readonly string[], call: GitCall): Promise<ReadonlyMap<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  if (ids.length === 0) return contents;
  const output = await git.objects(ids, call);
  // For each object `<id> <type> <size>`, a line break, the content, a line break; for one that is not there, `<id> missing`.
  for (let at = 0; at < output.length;) {
    const end = output.indexOf("\n", at);
    const [id = "", , size] = output.toString("latin1", at, end).split(" ");
    at = end + 1;
    if (size === undefined) continue;
    contents.set(id, output.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return contents;
}
