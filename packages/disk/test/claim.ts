import { kernelLocks } from "@dad/disk";

/** Claims a lock when it is told to, prints `held` or `refused`, and keeps it until it is told to end. Argument: the path. */
const [path = ""] = process.argv.slice(2);
process.stdout.write("ready\n");
process.stdin.once("data", () => void claim());

async function claim(): Promise<void> {
  const lock = await kernelLocks().acquire(path);
  process.stdout.write(lock ? "held\n" : "refused\n");
  // Without releasing it: that is the kernel's task.
  process.stdin.once("data", () => process.exit());
}
