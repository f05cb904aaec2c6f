/** What isolation costs, as a ratio to a plain process in the same run. Usage: `isolation.ts [spaces] [commands]`. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { IsolationAdapter, IsolationPolicy } from "@dad/isolation";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { processIsolation } from "@dad/isolation/process";
import { RunId } from "@dad/protocol";
import { bareBwrap } from "./bare-bwrap.ts";
import { inDirectory, median, milliseconds } from "./measure.ts";

const spaces = Number(process.argv[2] ?? 50);
const commands = Number(process.argv[3] ?? 200);

const TRUE = "/bin/true";
const runId = RunId.parse("bench");
const execute = promisify(execFile);

interface Tier {
  readonly name: string;
  readonly adapter: IsolationAdapter;
  readonly policy: IsolationPolicy;
}

const CONTAINED: Tier = { name: "bubblewrap, contained", adapter: bubblewrapIsolation(), policy: { preset: "contained" } };
const TIERS: readonly Tier[] = [
  { name: "process", adapter: processIsolation(), policy: {} },
  CONTAINED,
  {
    name: "bubblewrap, contained, with a memory limit",
    adapter: bubblewrapIsolation(),
    policy: { preset: "contained", limits: { memoryBytes: 512 * 1024 * 1024 } },
  },
];

/** How long a new space takes until it runs its first command, and how long it takes to close it. */
async function oneSpace({ adapter, policy }: Tier, workspace: string): Promise<Readonly<Record<"start" | "end", number>>> {
  const begun = performance.now();
  const space = await adapter.open({ runId, workspace, policy });
  await space.exec({ argv: [TRUE] });
  const first = performance.now() - begun;
  const later = await milliseconds(() => space.exec({ argv: [TRUE] }));
  const closing = performance.now();
  await space[Symbol.asyncDispose]();
  return { start: first - later, end: performance.now() - closing };
}

async function manyCommands({ adapter, policy }: Tier, workspace: string): Promise<number> {
  await using space = await adapter.open({ runId, workspace, policy });
  await space.exec({ argv: [TRUE] });
  return await milliseconds(async () => {
    for (let index = 0; index < commands; index++) await space.exec({ argv: [TRUE] });
  });
}

async function times<Measured>(work: () => Promise<Measured>): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (let index = 0; index < spaces; index++) measured.push(await work());
  return measured;
}

function row(name: string, measured: readonly number[], floor: readonly number[]): string {
  const [fastest, middle] = [Math.min(...measured), median(measured)];
  return `${name.padEnd(46)} fastest ${fastest.toFixed(1).padStart(6)} ms (${(fastest / Math.min(...floor)).toFixed(2)} x)   median ${middle.toFixed(1).padStart(6)} ms (${(middle / median(floor)).toFixed(2)} x)`;
}

const plain = (): Promise<unknown> => execute(TRUE, []);

async function tellSpaces(directory: string, workspace: string): Promise<void> {
  console.log(
    `the start of a space: its first command, less one that comes later; ${spaces} times each, in ratio to bwrap alone with the same flags`,
  );
  await using model = await CONTAINED.adapter.open({ runId, workspace: join(directory, "model"), policy: CONTAINED.policy });
  await mkdir(model.cwd);
  await model.exec({ argv: [TRUE] });
  const bare = await bareBwrap(directory);
  const floor = await times(() => milliseconds(bare));
  console.log(row("bwrap alone", floor, floor));
  const ends: string[] = [];
  for (const tier of TIERS) {
    const measured = await times(() => oneSpace(tier, workspace));
    const [start, end] = [measured.map((one) => one.start), measured.map((one) => one.end)];
    console.log(row(tier.name, start, floor));
    ends.push(row(tier.name, end, floor));
  }
  console.log(["", "its end, likewise", ...ends].join("\n"));
}

async function tellCommands(workspace: string): Promise<void> {
  console.log(`\ncommands one after the other in a space that is open; ${commands} each`);
  const floorMs = await milliseconds(async () => {
    for (let index = 0; index < commands; index++) await plain();
  });
  const rate = (ms: number): string => `${Math.round((commands * 1000) / ms)} a second (${(floorMs / ms).toFixed(2)} x)`;
  console.log(`${"plain process".padEnd(46)} ${rate(floorMs)}`);
  for (const tier of TIERS) console.log(`${tier.name.padEnd(46)} ${rate(await manyCommands(tier, workspace))}`);
}

await inDirectory(async (directory) => {
  const workspace = join(directory, "workspace");
  await mkdir(workspace);
  await plain();
  for (const tier of TIERS) await oneSpace(tier, workspace);
  await tellSpaces(directory, workspace);
  await tellCommands(workspace);
});
