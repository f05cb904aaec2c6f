/** What isolation costs, as a ratio to a plain process in the same run. Usage: `isolation.ts [spaces] [commands]`. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { IsolationAdapter, IsolationPolicy } from "@dad/isolation";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { processIsolation } from "@dad/isolation/process";
import { RunId } from "@dad/protocol";
import { inDirectory, median, milliseconds } from "./measure.ts";

const spaces = Number(process.argv[2] ?? 50);
const commands = Number(process.argv[3] ?? 200);

const TRUE = "/bin/true";
const runId = RunId.parse("bench");
const execute = promisify(execFile);

/** The same root, namespaces and device files as a contained space has, and none of what comes on top. */
const BARE_BWRAP =
  "--unshare-all --unshare-user --disable-userns --die-with-parent --new-session --cap-drop ALL --uid 1000 --gid 1000 --tmpfs / --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev --tmpfs /tmp --remount-ro / --chdir / --clearenv".split(
    " ",
  );

interface Tier {
  readonly name: string;
  readonly adapter: IsolationAdapter;
  readonly policy: IsolationPolicy;
}

const TIERS: readonly Tier[] = [
  { name: "process", adapter: processIsolation(), policy: {} },
  { name: "bubblewrap, contained", adapter: bubblewrapIsolation(), policy: { preset: "contained" } },
  {
    name: "bubblewrap, contained, with a memory limit",
    adapter: bubblewrapIsolation(),
    policy: { preset: "contained", limits: { memoryBytes: 512 * 1024 * 1024 } },
  },
];

/** One command in a space that is opened for it and closed after it. */
async function oneSpace({ adapter, policy }: Tier, workspace: string): Promise<void> {
  await using space = await adapter.open({ runId, workspace, policy });
  await space.exec({ argv: [TRUE] });
}

async function manyCommands({ adapter, policy }: Tier, workspace: string): Promise<number> {
  await using space = await adapter.open({ runId, workspace, policy });
  await space.exec({ argv: [TRUE] });
  return await milliseconds(async () => {
    for (let index = 0; index < commands; index++) await space.exec({ argv: [TRUE] });
  });
}

async function times(work: () => Promise<unknown>): Promise<number[]> {
  const measured: number[] = [];
  for (let index = 0; index < spaces; index++) measured.push(await milliseconds(work));
  return measured;
}

function row(name: string, measured: readonly number[], floor: readonly number[]): string {
  const [fastest, middle] = [Math.min(...measured), median(measured)];
  return `${name.padEnd(46)} fastest ${fastest.toFixed(1).padStart(6)} ms (${(fastest / Math.min(...floor)).toFixed(2)} x)   median ${middle.toFixed(1).padStart(6)} ms (${(middle / median(floor)).toFixed(2)} x)`;
}

await inDirectory(async (directory) => {
  const workspace = join(directory, "workspace");
  await mkdir(workspace);
  const plain = (): Promise<unknown> => execute(TRUE, []);
  await plain();
  for (const tier of TIERS) await oneSpace(tier, workspace);

  console.log(`a space, one command in it, and its end; ${spaces} times each, in ratio to a plain process`);
  const floor = await times(plain);
  console.log(row("plain process", floor, floor));
  console.log(row("bare bwrap", await times(() => execute("bwrap", [...BARE_BWRAP, TRUE])), floor));
  for (const tier of TIERS) console.log(row(tier.name, await times(() => oneSpace(tier, workspace)), floor));

  console.log(`\ncommands one after the other in a space that is open; ${commands} each`);
  const floorMs = await milliseconds(async () => {
    for (let index = 0; index < commands; index++) await plain();
  });
  const rate = (ms: number): string => `${Math.round((commands * 1000) / ms)} a second (${(floorMs / ms).toFixed(2)} x)`;
  console.log(`${"plain process".padEnd(46)} ${rate(floorMs)}`);
  for (const tier of TIERS) console.log(`${tier.name.padEnd(46)} ${rate(await manyCommands(tier, workspace))}`);
});
