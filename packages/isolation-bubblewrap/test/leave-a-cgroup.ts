import { spawn } from "node:child_process";
import { once } from "node:events";
import { findCgroups } from "@dad/isolation-bubblewrap/cgroup";

/** A host that makes a group, starts something in it, says so, and waits to be killed, or for its end with the test. */
const support = await findCgroups();
const group = await support.create({ pids: 10 });
const [program, ...args] = group.entering(["sh", "-c", "echo in; exec sleep 1000"]);
const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
await once(child.stdout, "data");
process.stdout.write(`${JSON.stringify({ pid: child.pid, join: group.join })}\n`);
await once(process.stdin.resume(), "end");
process.exit();
