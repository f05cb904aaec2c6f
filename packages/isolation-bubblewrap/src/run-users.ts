import { randomBytes } from "node:crypto";
import { appendFileSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { lstat, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isOwnerAlive, ownerName } from "@dad/isolation";
import type { HostUser } from "./change-owner.ts";
import { giveTree, returnTree } from "./host-user.ts";

/** Only root writes there, and it is gone after a start of the machine, like all processes. */
const LOCKS = "/run/dad-users";
/** Between the ranges that distributions and systemd give to people, services and containers. */
export const DEFAULT_UIDS = { first: 60_706, count: 478 } as const;

export interface UidRange {
  readonly first: number;
  readonly count: number;
}

/** A user that a run has to itself, for as long as it has a space. */
export interface RunUser extends AsyncDisposable {
  readonly user: HostUser;
  /** Gives it a tree until it is returned. Several spaces may have the same one. */
  lend(path: string): Promise<void>;
  /** Gives it what has come into a tree that is lent, from whoever owns it, or what this process has made there. */
  lendAgain(path: string): Promise<void>;
}

/** The users of the runs of a root host, by the id of the run. */
export interface RunUsers {
  enter(runId: string): RunUser;
  /** Whether this is a user of a run. */
  has(uid: number): boolean;
  /** Returns what users of dead hosts had, and frees them. @returns what was done, for people. */
  sweep(): Promise<readonly string[]>;
}

/** A tree that a user has, and whose it is. */
interface Loan extends HostUser {
  readonly path: string;
}

interface Occupied {
  readonly user: HostUser;
  readonly lock: string;
  spaces: number;
  /** By path: whose each is, how many spaces have it, and when it is given. */
  readonly loans: Map<string, { readonly owner: HostUser; spaces: number; readonly given: Promise<void> }>;
}

export function runUsers(range: UidRange): RunUsers {
  const occupied = new Map<string, Occupied>();

  async function leave(runId: string, held: Occupied, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const loan = held.loans.get(path);
      if (!loan || --loan.spaces > 0) continue;
      held.loans.delete(path);
      await returnTree(path, held.user, loan.owner).catch(async (error: unknown) => failUnlessMissing(path, error));
    }
    if (--held.spaces > 0) return;
    occupied.delete(runId);
    await rm(held.lock, { force: true });
  }

  return {
    enter(runId) {
      const held = occupied.get(runId) ?? occupy(range);
      occupied.set(runId, held);
      held.spaces += 1;
      const paths: string[] = [];
      let left: Promise<void> | undefined;
      return {
        user: held.user,
        async lend(path) {
          if (paths.includes(path)) return;
          await lend(held, path, range);
          paths.push(path);
        },
        lendAgain: (path) => giveTree(path, { uid: process.getuid?.() ?? 0, gid: 0 }, held.user),
        [Symbol.asyncDispose]: () => (left ??= leave(runId, held, paths)),
      };
    },
    has: (uid) => isAmong(uid, range),
    sweep,
  };
}

function isAmong(uid: number, { first, count }: UidRange): boolean {
  return uid >= first && uid < first + count;
}

async function lend(held: Occupied, path: string, range: UidRange): Promise<void> {
  const loan = held.loans.get(path);
  if (loan) {
    loan.spaces += 1;
    return loan.given;
  }
  const owner = await ownerOf(path, range);
  // Another space of the run may have been faster.
  if (held.loans.has(path)) return lend(held, path, range);
  const given = give(held, { path, ...owner });
  held.loans.set(path, { owner, spaces: 1, given });
  given.catch(() => held.loans.delete(path));
  await given;
}

async function give({ lock, user }: Occupied, loan: Loan): Promise<void> {
  // Before anything is given: whoever sweeps after a kill knows whose it was.
  appendFileSync(lock, `${JSON.stringify(loan)}\n`);
  await giveTree(loan.path, loan, user);
}

/** Whose a tree is. What a killed host had lent is returned first. */
async function ownerOf(path: string, range: UidRange): Promise<HostUser> {
  const lent = ({ uid }: HostUser): boolean => isAmong(uid, range);
  let found = lstatSync(path);
  if (lent(found)) {
    await sweep();
    found = lstatSync(path);
  }
  if (lent(found)) throw new Error(`${path} is lent to another run, to user ${found.uid}: wait until its spaces are closed`);
  return { uid: found.uid, gid: found.gid };
}

function occupy({ first, count }: UidRange): Occupied {
  mkdirSync(LOCKS, { recursive: true, mode: 0o700 });
  // Two processes that begin at the same moment seldom want the same.
  const from = randomBytes(4).readUInt32LE() % count;
  for (let at = 0; at < count; at++) {
    const uid = first + ((from + at) % count);
    const lock = join(LOCKS, String(uid));
    if (take(lock)) return { user: { uid, gid: uid }, lock, spaces: 0, loans: new Map() };
  }
  throw new Error(`all ${count} user ids from ${first} on are taken by runs (${LOCKS}): let some end, or set a larger range ("uids")`);
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, `${ownerName()}\n`, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function sweep(): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of await readdir(LOCKS).catch(() => [])) {
    const [owner = "", ...loans] = (await readFile(join(LOCKS, name), "utf8").catch(() => "")).split("\n");
    // The name is that of the user, and of whoever sweeps it.
    const [, digits = "", sweeper = ""] = /^(\d+)(?:\.(.*))?$/.exec(name) ?? [];
    if (digits === "" || (await isOwnerAlive(sweeper === "" ? owner : sweeper))) continue;
    const mine = join(LOCKS, `${digits}.${ownerName()}`);
    if (!(await moved(join(LOCKS, name), mine))) continue;
    const user = { uid: Number(digits), gid: Number(digits) };
    for (const line of loans.filter((text) => text !== "")) {
      const loan = JSON.parse(line) as Loan;
      await returnTree(loan.path, user, loan).catch(async (error: unknown) => failUnlessMissing(loan.path, error));
    }
    await rm(mine, { force: true });
    removed.push(`user ${digits}`);
  }
  return removed;
}

async function moved(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    () => false,
  );
}

/** What is not there any more needs nothing. */
async function failUnlessMissing(path: string, error: unknown): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found) throw error;
}
