import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunOutcome } from "@dad/outcome";
import type { RunId } from "@dad/protocol";
import type { Files } from "./git-tree.ts";
import { chanceOf } from "./point.ts";

/** What a run does to one path. Doing it once more changes nothing. */
type Edit =
  | { readonly does: "write"; readonly path: string; readonly text: string; readonly executable: boolean }
  | { readonly does: "link"; readonly path: string; readonly target: string }
  | { readonly does: "remove"; readonly path: string };

/** What a run does, as its id and a seed decide. */
export interface OutcomePlan {
  /** One list for each commit. */
  readonly commits: readonly (readonly Edit[])[];
  /** What it does at the end, and does not commit. */
  readonly late: readonly Edit[];
}

/** What the runs of a project start from. */
export const SEED_FILES: Files = new Map([
  [".gitignore", { mode: "100644", text: "ignored/\n" }],
  ["dir/one.txt", { mode: "100644", text: "one\n" }],
  ["dir/two.txt", { mode: "100644", text: "two\r\n" }],
  ["kept.txt", { mode: "100644", text: "kept\n" }],
  ["run.sh", { mode: "100755", text: "#!/bin/sh\n" }],
  ["shared.txt", { mode: "100644", text: "shared\n" }],
]);

const MOST_COMMITS = 4;
const MOST_FILES = 6;

export function planOf(seed: number, runId: RunId): OutcomePlan {
  const chance = chanceOf(`${seed} ${runId}`);
  const number = (below: number) => Math.floor(chance() * below);
  const commits = Array.from({ length: 1 + number(MOST_COMMITS) }, (_, at) => editsOf({ own: `own/${runId}`, at, number }));
  const late: Edit[] = [write(`own/${runId}/late.txt`, `not committed by ${runId}\n`), { does: "remove", path: "shared.txt" }];
  return { commits, late: chance() < 0.5 ? late : [] };
}

interface Draw {
  /** Where no other run writes. */
  readonly own: string;
  /** Which commit of the run it is. */
  readonly at: number;
  readonly number: (below: number) => number;
}

/** Each commit has something of its own, so that no two are the same. */
function editsOf({ own, at, number }: Draw): Edit[] {
  const text = `commit ${at} of ${own}\n`;
  const files = Array.from({ length: 1 + number(MOST_FILES) }, (_, file) => write(`${own}/${at}/${file}.txt`, `${file} of ${text}`, number(4) === 0));
  const others: Edit[][] = [
    [write("shared.txt", text, number(2) === 0)],
    [{ does: "remove", path: "dir" }],
    [
      { does: "remove", path: "dir" },
      { does: "write", path: "dir", text, executable: false },
    ],
    [
      { does: "remove", path: "dir" },
      { does: "write", path: "dir/deep/one.txt", text, executable: false },
    ],
    [{ does: "link", path: `${own}/link`, target: at % 2 === 0 ? "../../kept.txt" : "nowhere" }],
    [{ does: "remove", path: `${own}/0` }],
    [write(`${own}/ü "${at}" \\ back\nslash`, text)],
    [write(`ignored/${at}.txt`, text)],
    [write("run.sh", "#!/bin/sh\n", number(2) === 0)],
  ];
  const chosen = Array.from({ length: number(4) }, () => others[number(others.length)] ?? []);
  return [...new Set(chosen)].flat().concat(files);
}

function write(path: string, text: string, executable = false): Edit {
  return { does: "write", path, text, executable };
}

/** The files after an edit, as an outcome has them. */
function after(files: Files, edit: Edit): Files {
  const kept = [...files].filter(([path]) => path !== edit.path && !path.startsWith(`${edit.path}/`));
  if (edit.does === "remove" || edit.path.startsWith("ignored/")) return new Map(kept);
  if (edit.does === "link") return new Map([...kept, [edit.path, { mode: "120000", text: edit.target }]]);
  return new Map([...kept, [edit.path, { mode: edit.executable ? "100755" : "100644", text: edit.text }]]);
}

export function filesAfter(files: Files, edits: readonly Edit[]): Files {
  return edits.reduce(after, files);
}

/** Makes the edits in the working tree of a run: every second one as nodes do, through the run, and the others as commands do. */
export async function makeEdits(run: RunOutcome, edits: readonly Edit[]): Promise<void> {
  for (const [index, edit] of edits.entries()) await makeEdit(run, edit, { byHand: index % 2 === 1 });
}

async function makeEdit(run: RunOutcome, edit: Edit, { byHand }: { readonly byHand: boolean }): Promise<void> {
  const path = join(run.directory ?? "", edit.path);
  if (edit.does === "write" && !byHand && !/["\\\n]/.test(edit.path)) {
    const { text, executable } = edit;
    return await run.write({ path: edit.path, content: new TextEncoder().encode(text), executable });
  }
  await rm(path, { recursive: true, force: true });
  if (edit.does === "remove") return;
  await mkdir(dirname(path), { recursive: true });
  if (edit.does === "link") await symlink(edit.target, path);
  else await writeFile(path, edit.text, { mode: edit.executable ? 0o755 : 0o644 });
}
