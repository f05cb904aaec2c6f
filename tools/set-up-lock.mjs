// Part of `tools/dev.mjs`, which has to do with Node alone.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** One set-up at a time in a clone; what it needs is below `directory`. The lock names its owner, so that one left by a killed process is recognised. */
export async function withLock(directory, work) {
  const lock = join(directory, "lock");
  mkdirSync(directory, { recursive: true });
  for (let waited = 0; !tryLock(lock); waited++) {
    if (waited === 5) console.error("dad: another set-up is at work in this clone, waiting …");
    await sleep(200);
  }
  try {
    // Only the owner of the lock makes these: what is there was left by a process that was killed.
    for (const entry of readdirSync(directory)) if (entry.startsWith("tmp-")) rmSync(join(directory, entry), { recursive: true, force: true });
    return await work();
  } finally {
    removeLock(lock, String(process.pid));
  }
}

function tryLock(lock) {
  const claim = `${lock}-${process.pid}`;
  rmSync(claim, { recursive: true, force: true });
  mkdirSync(claim);
  writeFileSync(join(claim, "owner"), identityOf(process.pid));
  try {
    renameSync(claim, lock);
    return true;
  } catch {
    rmSync(claim, { recursive: true, force: true });
  }
  const owner = readIfThere(join(lock, "owner"));
  if (owner && identityOf(Number.parseInt(owner, 10)) !== owner) removeLock(lock, owner);
  return false;
}

/** Takes the lock away in one step. If somebody else has taken it in the meantime, it goes back to them. */
function removeLock(lock, owner) {
  const removed = `${lock}-removed-${process.pid}`;
  try {
    renameSync(lock, removed);
    if (Number.parseInt(readIfThere(join(removed, "owner")) ?? owner, 10) !== Number.parseInt(owner, 10)) renameSync(removed, lock);
  } catch {
    // Another waiter was faster.
  }
  rmSync(removed, { recursive: true, force: true });
}

/** A process id, and when that process was started where the system tells: ids are used again, soonest in a container. */
function identityOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return `${pid} gone`;
  }
  const fields = readIfThere(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, "")
    .split(" ");
  return `${pid} ${fields?.[19] ?? ""}`;
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
