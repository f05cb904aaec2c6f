import { kernelLocks } from "@dad/disk";

/** Looks whether a lock is held, again and again without a pause, until it is killed. Argument: the path. */
const [path = ""] = process.argv.slice(2);
const locks = kernelLocks();
process.stdout.write("ready\n");
for (;;) await locks.isHeld(path);
