import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { diskInbox } from "@dad/events/disk";
import { InboxMessage, RunId } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";

const RUN = RunId.parse("run_20261122_073443_1f9c2a");
const SCRIPT = join(import.meta.dirname, "use-inbox.ts");
let root: string;
let programs: Program[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad inbox "));
  await mkdir(join(root, RUN));
  programs = [];
});
afterEach(async () => {
  await Promise.all(programs.map((program) => program.kill()));
  await rm(root, { recursive: true, force: true });
});

interface Program {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  line(): Promise<string | undefined>;
  kill(): Promise<void>;
}

/** A process that uses the inbox once it is told to go. */
async function started(what: string): Promise<Program> {
  const child = spawn(process.execPath, ["--conditions=@dad/source", SCRIPT, root, RUN, what], { stdio: ["pipe", "pipe", "inherit"] });
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => (await lines.next()).value as string | undefined;
  const program: Program = { child, line, kill: async () => void (child.kill("SIGKILL"), await exit) };
  programs.push(program);
  expect(await line()).toBe("ready");
  return program;
}

function message(what: object): InboxMessage {
  const by = { channel: "test", at: new Date().toISOString() };
  return InboxMessage.parse({ format: "dad.inbox/1", id: crypto.randomUUID(), runId: RUN, by, ...what });
}

it("takes exactly one answer of 20 processes that post one at once, and tells the others whose it is", async () => {
  const posters = await Promise.all(Array.from({ length: 20 }, () => started("answer")));
  for (const { child } of posters) child.stdin.write("go\n");
  const said = await Promise.all(posters.map((poster) => poster.line()));
  const winners = said.filter((line) => line?.startsWith("posted "));
  expect(winners).toHaveLength(1);
  const [winner] = winners[0]!.split(" ").slice(1);
  const refusals = said.filter((line) => line?.startsWith("INPUT_ANSWERED ") && line.includes(`"who":"${winner}"`));
  expect(refusals).toHaveLength(19);
  expect(await diskInbox({ root }).pending(RUN)).toMatchObject([{ message: { value: winner } }]);
});

it("has each answer whole or not at all, and in nobody's way, whenever the process that posts it is killed", async () => {
  const inbox = diskInbox({ root });
  let posted = 0;
  for (let seed = 1; seed <= 30; seed += 10) {
    const killed = Array.from({ length: 10 }, (_, index) => postUntilKilled(seed + index));
    const acknowledged = (await Promise.all(killed)).flat();
    const items = await inbox.pending(RUN);
    const requests = items.map((item) => ("message" in item && item.message.kind === "answer" ? item.message.request : item));
    expect(requests).toEqual(expect.arrayContaining(acknowledged.slice()));
    expect(requests.every((request) => typeof request === "string")).toBe(true);
    posted += acknowledged.length;
    // What was not acknowledged may be there or not: whoever sends another answer gets the request, or is told who has it.
    for (const item of items) if ("message" in item) await inbox.settle(item.message, "rejected");
    for (const request of acknowledged) await inbox.post(message({ kind: "answer", request, value: "next" }));
    for (const item of await inbox.pending(RUN)) if ("message" in item) await inbox.settle(item.message, "accepted");
  }
  expect(posted).toBeGreaterThan(0);
  expect(await inbox.pending(RUN)).toEqual([]);
  const names = await readdir(join(root, RUN, ".inbox"));
  expect(names.filter((name) => !/^answer-[0-9a-f]{64}\.[01](\.rejected|\.accepted)?$|^\.dad_tmp_/.test(name))).toEqual([]);
});

/** @returns the requests whose answers were acknowledged before the process was killed, after so many of them and a moment that the seed says. */
async function postUntilKilled(seed: number): Promise<string[]> {
  const program = await started("answer-for-ever");
  program.child.stdin.write("go\n");
  expect(await program.line()).toBe("begins");
  const acknowledged: string[] = [];
  for (let number = 0; number < seed % 4; number++) acknowledged.push(`agent.node:key-${program.child.pid}-${await program.line()}`);
  // A call of the kernel at a time: somewhere in the next message.
  for (let turn = 0; turn < (seed * 7) % 23; turn++) await readdir(root);
  await program.kill();
  return acknowledged;
}

it("lets a process that follows see what another one posts, in order, each once", async () => {
  const follower = await started("follow");
  const inbox = diskInbox({ root });
  await inbox.post(message({ kind: "signal", name: "count", data: 0 }));
  follower.child.stdin.write("go\n");
  for (let number = 1; number < 40; number++) await inbox.post(message({ kind: "signal", name: "count", data: number }));
  for (let number = 0; number < 40; number++) expect(await follower.line()).toBe(`signal ${number}`);
  await inbox.post(message({ kind: "signal", name: "count", data: "last" }));
  expect(await follower.line()).toBe('signal "last"');
});

it("keeps no process alive by being followed", async () => {
  const follower = await started("follow");
  await diskInbox({ root }).post(message({ kind: "signal", name: "count", data: 0 }));
  const exit = once(follower.child, "exit");
  follower.child.stdin.write("go\n");
  expect(await follower.line()).toBe("signal 0");
  follower.child.stdin.end();
  expect(await exit).toEqual([0, null]);
});
