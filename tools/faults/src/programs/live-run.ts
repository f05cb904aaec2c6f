/** Runs the subject, or goes on with it, on a disk on which it may be killed. Prints that its first node begins, and in the end every call that changed something. */
import { kernelLocks, nodeDisk } from "@dad/disk";
import { faultyDisk } from "@dad/disk/testing";
import { outcomesIn } from "../composition.ts";
import { type LiveRun, subjectOf } from "../live-run.ts";
import { watchModuleFs } from "../module-fs.ts";
import { argumentOf } from "../program.ts";
import { goOn } from "../recover.ts";
import { runSubject, SUBJECT } from "../subject-run.ts";
import { fileWitness, type Witness } from "../witness.ts";

const { root, witness: file, subject, kill, resume, git } = argumentOf<LiveRun>();
let number = 0;
const calls: string[] = [];

/** Both kinds of calls are counted together: those of the adapters on the disk, and those of what works on the disk by itself. */
function faultOf(operation: string, path: string) {
  calls.push(`${operation} ${path.replace(root, "")}`);
  return ++number === kill?.number ? { kind: "crash" as const, when: kill.when } : undefined;
}

async function crash(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return await new Promise<never>(() => undefined);
}

const witness = fileWitness(file);
let begun = false;
/** Tells when the first node begins. */
const eyes: Witness = {
  ...witness,
  see(sighting) {
    witness.see(sighting);
    if (!begun) console.log("begun");
    begun = true;
  },
};

const fs = faultyDisk(nodeDisk, ({ operation, path }) => faultOf(operation, path), { crash });
watchModuleFs(faultOf, crash);
await using outcomes = outcomesIn(root, git ?? { path: process.env["PATH"] });
const at = { root, fs, locks: kernelLocks(), outcomes, subject: subjectOf({ subject }), witness: eyes, runId: SUBJECT };
await (resume ? goOn(at) : runSubject(at));
console.log(JSON.stringify(calls));
