import { createFsFromVolume, Volume } from "memfs";
import type * as nodeFs from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { type DiskFs, type Litter, type Locks, memoryLocks } from "@dad/disk";
import { type Finding, RunId } from "@dad/protocol";
import { checkDiskJournals, diskJournalStore, journalLitter, keepValidPrefix, retainedLines, setAsideOf, whileNobodyWorks } from "./disk.ts";
import { numbered, recorded, RUN, upTo } from "./testing/drafts.ts";

const root = "/runs";
let volume: Volume;
let fs: typeof nodeFs;
let locks: Locks;
beforeEach(() => {
  volume = new Volume();
  fs = createFsFromVolume(volume).promises as unknown as typeof nodeFs;
  locks = memoryLocks();
});

const runs = () => ({ root, fs: fs as DiskFs, locks });
const store = () => diskJournalStore(runs());
const JOURNAL = `/runs/${RUN}/journal.jsonl`;
const OTHER = RunId.parse("other");
const LONG_AGO = new Date("2020-01-01");

async function createWith(entries: number): Promise<Buffer> {
  await using journal = await store().create(RUN);
  for (const number of upTo(entries)) await journal.append(numbered(number));
  return await fs.readFile(JOURNAL);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const brief = ({ code, severity, where }: Finding) => `${severity} ${code} ${where}`;
const found = async (runId?: RunId) => (await all(checkDiskJournals(runs(), { runId }))).map(brief);
const litter = async () => (await all(journalLitter(runs()))).map(({ what, verdict }: Litter) => `${verdict} ${what}`);

describe("checkDiskJournals", () => {
  it("finds nothing where there are no runs, and nothing in those that are whole", async () => {
    expect(await found()).toEqual([]);
    await createWith(3);
    expect(await found()).toEqual([]);
  });

  it("finds a torn end wherever it was torn, and says how many bytes it has", async () => {
    const whole = await createWith(2);
    const start = whole.lastIndexOf(0x0a, -2) + 1;
    for (let length = start + 1; length < whole.length; length++) {
      await fs.writeFile(JOURNAL, whole.subarray(0, length));
      const [finding, ...rest] = await all(checkDiskJournals(runs()));
      expect(rest).toEqual([]);
      expect(finding).toMatchObject({ code: "JOURNAL_TORN", severity: "warning", where: `${RUN}/journal.jsonl`, details: { bytes: length - start } });
      expect(finding?.repair).toMatchObject({ action: "reopen", automatic: true });
    }
    await (await store().open(RUN))[Symbol.asyncDispose]();
    expect(await found()).toEqual([]);
  });

  it("leaves damage to those who read, and says nothing of what somebody works on", async () => {
    const whole = await createWith(3);
    await fs.writeFile(JOURNAL, whole.toString().replace('"number":1', '"number":7'));
    expect(await found()).toEqual([]);
    await fs.writeFile(JOURNAL, whole);
    await using _journal = await store().open(RUN);
    await fs.appendFile(JOURNAL, "half an en");
    expect(await found()).toEqual([]);
  });

  it("finds the directory of a run without a journal, but not while it may be made", async () => {
    await fs.mkdir(`/runs/${RUN}`, { recursive: true });
    expect(await found()).toEqual([]);
    await fs.utimes(`/runs/${RUN}`, LONG_AGO, LONG_AGO);
    expect(await found()).toEqual([`warning RUN_UNMADE ${RUN}`]);
    await whileNobodyWorks(runs(), RUN, async () => expect(await found()).toEqual([]));
  });

  it("takes no file and no link for a run", async () => {
    await fs.mkdir("/runs", { recursive: true });
    await fs.writeFile("/runs/file", "");
    await fs.symlink("/", "/runs/link");
    expect(await found()).toEqual([]);
  });

  it("finds the record of an owner that died, and not of one that lives", async () => {
    const journal = await store().create(RUN);
    expect(await found()).toEqual([]);
    const record = `/runs/.dad/locks/${RUN}.json`;
    const text = await fs.readFile(record, "utf8");
    await journal[Symbol.asyncDispose]();
    await fs.writeFile(record, text);
    await fs.writeFile(`/runs/.dad/locks/${OTHER}.json`, text);
    expect(await all(checkDiskJournals(runs()))).toMatchObject([
      { code: "LEASE_STALE", severity: "info", where: `.dad/locks/${OTHER}.json`, runId: OTHER, repair: { action: "remove-lease" } },
      { code: "LEASE_STALE", severity: "info", where: `.dad/locks/${RUN}.json`, runId: RUN, repair: { action: "reopen" } },
    ]);
    await (await store().open(RUN))[Symbol.asyncDispose]();
    expect(await found(RUN)).toEqual([]);
  });
});

describe("what a run retains of another", () => {
  const retained = (runId: RunId) => `/runs/${runId}/.origins/${RUN}.jsonl`;
  const THIRD = RunId.parse("third");

  /** Two runs that retain a third one. */
  async function retainedTwice(): Promise<string> {
    const whole = await createWith(3);
    for (const runId of [OTHER, THIRD]) {
      await (await store().create(runId))[Symbol.asyncDispose]();
      await store().retain(runId, RUN);
    }
    return whole.toString();
  }

  it("is no finding while it is whole, nor is what is no journal of a run", async () => {
    await retainedTwice();
    await fs.writeFile(`/runs/${OTHER}/.origins/NO RUN.jsonl`, "damaged\n{}\n");
    await fs.mkdir(`/runs/${OTHER}/.origins/directory.jsonl`);
    expect(await found()).toEqual([]);
    await fs.rm(`/runs/${RUN}`, { recursive: true });
    expect(await found(OTHER)).toEqual([]);
  });

  it("is told of where it is damaged, in each run that retains it, with what to do", async () => {
    const whole = await retainedTwice();
    await fs.writeFile(JOURNAL, whole.replace('"number":2', '"number":7'));
    const findings = await all(checkDiskJournals(runs()));
    expect(findings.map(brief)).toEqual([OTHER, THIRD].map((runId) => `error ORIGIN_DAMAGED ${runId}/.origins/${RUN}.jsonl`));
    expect(findings[0]).toMatchObject({
      runId: OTHER,
      details: { origin: RUN, line: 2 },
      repair: { description: expect.stringContaining("put a whole copy of it in its place") as string, automatic: false },
    });
    await fs.unlink(JOURNAL);
    await fs.writeFile(JOURNAL, whole);
    expect((await all(checkDiskJournals(runs(), { runId: OTHER })))[0]?.repair?.description).toBe(
      `put a copy of ${RUN}/journal.jsonl in its place, which is whole`,
    );
    await fs.copyFile(JOURNAL, retained(OTHER));
    // It is one file, which both of them retain.
    expect(await found()).toEqual([]);
  });

  it("is read line by line, unless it is the file of a run that is there", async () => {
    const whole = await retainedTwice();
    expect(await all(retainedLines(runs(), OTHER))).toEqual([]);
    await fs.rm(`/runs/${RUN}`, { recursive: true });
    expect(await all(retainedLines(runs(), OTHER))).toEqual(whole.trimEnd().split("\n"));
    await fs.appendFile(retained(OTHER), "not verified\n");
    expect((await all(retainedLines(runs(), OTHER))).at(-1)).toBe("not verified");
    expect(await all(retainedLines(runs(), RunId.parse("gone")))).toEqual([]);
  });
});

describe("keepValidPrefix", () => {
  it("keeps what is before the damage, in every line, and the whole file beside it", async () => {
    const whole = await createWith(4);
    const lines = whole.toString().split("\n");
    for (const line of [2, 3]) {
      const damaged = lines.with(line - 1, lines[line - 1]!.replace(/"number":\d/, '"number":9')).join("\n");
      await fs.writeFile(JOURNAL, damaged);
      const kept = `journal.damaged-${line - 1}`;
      expect(await keepValidPrefix(runs(), RUN)).toEqual({ entries: line - 1, kept });
      expect(await recorded(store())).toHaveLength(line - 1);
      expect(await fs.readFile(`/runs/${RUN}/${kept}`, "utf8")).toBe(damaged);
    }
    await using journal = await store().open(RUN);
    expect(await journal.append(numbered(9))).toMatchObject({ seq: 3 });
  });

  it("puts another file in the place of the damaged one: that has what it had under each other name", async () => {
    const damaged = (await createWith(3)).toString().replace('"number":2', '"number":7');
    await fs.writeFile(JOURNAL, damaged);
    await fs.link(JOURNAL, "/runs/second-name");
    expect(await keepValidPrefix(runs(), RUN)).toMatchObject({ entries: 1 });
    expect(await fs.readFile("/runs/second-name", "utf8")).toBe(damaged);
    expect((await fs.readdir(`/runs/${RUN}`)).sort()).toEqual(["journal.damaged-1", "journal.jsonl"]);
  });

  it("leaves a journal alone in which nothing is damaged, and one of which nothing would be left", async () => {
    const whole = await createWith(2);
    expect(await keepValidPrefix(runs(), RUN)).toBeUndefined();
    expect(await fs.readFile(JOURNAL)).toEqual(whole);
    const damaged = whole.toString().replace('"number":1', '"number":7');
    await fs.writeFile(JOURNAL, damaged);
    await expect(keepValidPrefix(runs(), RUN)).rejects.toMatchObject({ code: "JOURNAL_DAMAGED", details: { line: 1 } });
    expect(await fs.readFile(JOURNAL, "utf8")).toBe(damaged);
    expect(await fs.readdir(`/runs/${RUN}`)).toEqual(["journal.jsonl"]);
  });

  it("refuses a run that somebody works on, and one that is not there", async () => {
    await using _journal = await store().create(RUN);
    await expect(keepValidPrefix(runs(), RUN)).rejects.toMatchObject({ code: "RUN_LOCKED" });
    await expect(keepValidPrefix(runs(), OTHER)).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });
});

describe("setAsideOf", () => {
  it("gives the texts of what was set aside, and of nothing else", async () => {
    await createWith(1);
    for (const name of ["journal.torn-1", "journal.damaged-12", "journal.torn-x", "note.txt"]) await fs.writeFile(`/runs/${RUN}/${name}`, name);
    expect((await all(setAsideOf(runs(), RUN))).sort()).toEqual(["journal.damaged-12", "journal.torn-1"]);
    expect(await all(setAsideOf(runs(), OTHER))).toEqual([]);
  });
});

describe("whileNobodyWorks", () => {
  it("keeps others from the run meanwhile, and changes nothing of it", async () => {
    const whole = await createWith(1);
    const inside = whileNobodyWorks<unknown>(runs(), RUN, async () => {
      expect(await store().owner(RUN)).toBeUndefined();
      return store()
        .open(RUN)
        .catch((error: unknown) => error);
    });
    expect(await inside).toMatchObject({ code: "RUN_LOCKED" });
    expect(await fs.readFile(JOURNAL)).toEqual(whole);
    await using _journal = await store().open(RUN);
    expect(await whileNobodyWorks(runs(), RUN, () => Promise.reject(new Error("not reached")))).toBeUndefined();
  });

  it("lets go also after a failure", async () => {
    await createWith(1);
    await expect(whileNobodyWorks(runs(), RUN, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await whileNobodyWorks(runs(), RUN, async () => "again")).toBe("again");
  });
});

describe("journalLitter", () => {
  it("takes the locks and records of runs that are gone, and no others", async () => {
    await createWith(1);
    for (const name of ["gone.lock", "gone.json", "README"]) await fs.writeFile(`/runs/.dad/locks/${name}`, "");
    await fs.writeFile(`/runs/.dad/locks/${RUN}.lock`, "");
    expect(await litter()).toEqual(["collect gone.json", "collect gone.lock", `keep ${RUN}.lock`]);
  });

  it("looks again before a lock goes, as the only one who may make the run", async () => {
    await fs.mkdir("/runs/.dad/locks", { recursive: true });
    await fs.writeFile("/runs/.dad/locks/gone.lock", "");
    const [lock] = await all(journalLitter(runs()));
    let moves = 0;
    const move = async () => ++moves > 0;
    expect(await lock?.around?.(move)).toBe(true);
    await whileNobodyWorks(runs(), RunId.parse("gone"), async () => expect(await lock?.around?.(move)).toBe(false));
    await fs.mkdir("/runs/gone");
    expect(await lock?.around?.(move)).toBe(false);
    expect(moves).toBe(1);
  });

  it("takes what was not finished as soon as nobody works on any run", async () => {
    await createWith(1);
    await fs.writeFile("/runs/.dad/locks/.dad_tmp_1", "");
    await fs.writeFile(`/runs/.dad/locks/${RUN}.lock`, "");
    expect(await litter()).toContain("collect .dad_tmp_1");
    await whileNobodyWorks(runs(), RUN, async () => expect(await litter()).toContain("keep .dad_tmp_1"));
  });
});
