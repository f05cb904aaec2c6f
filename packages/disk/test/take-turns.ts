import { mkdirSync, rmdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { kernelLocks } from "@dad/disk";

/**
 * Holds a lock again and again and takes its file away each time. Prints `done`, and ends with an error when somebody else holds
 * it at the same time. Arguments: the path, how often.
 */
const [path = "", times = ""] = process.argv.slice(2);
const locks = kernelLocks();
process.stdout.write("ready\n");
process.stdin.once("data", () => void takeTurns());

async function takeTurns(): Promise<void> {
  for (let left = Number(times); left > 0;) {
    const lock = await locks.acquire(path);
    if (lock === undefined) continue;
    // Two cannot make the same directory.
    mkdirSync(`${path} held`);
    rmdirSync(`${path} held`);
    await rm(path);
    await lock.release();
    left--;
  }
  process.stdout.write("done\n");
  process.stdin.destroy();
}
