import { type DiskFs, nodeDisk } from "@dad/disk";
import { faultyDisk } from "@dad/disk/testing";

/** Writes two files on a disk whose crash kills this process. Arguments: the directory, the number of the call that crashes, and when. */
const [directory = "", number = "", when = ""] = process.argv.slice(2);
const crash = { kind: "crash", when: when as "before" | "during" | "after" } as const;
const disk: DiskFs = faultyDisk(nodeDisk, (call) => (call.number === Number(number) ? crash : undefined), {
  crash() {
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => {});
  },
});
await disk.writeFile(`${directory}/first`, "0123456789", { flag: "wx" });
await disk.rename(`${directory}/first`, `${directory}/second`);
process.stdout.write("done\n");
