import { statfs } from "node:fs/promises";
import type { Inspector } from "@dad/doctor";

/** What Linux calls the file systems that are on another machine, in which what is locked or renamed here may be something else there. */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x01021997, "9P"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x7461636f, "OCFS2"],
  [0x47504653, "GPFS"],
]);

/** Warns of a run root whose file system keeps no promise that a strict record needs. */
export function remoteDiskInspector(runRoot: string, typeOf: (path: string) => Promise<number> = fileSystemType): Inspector {
  return {
    subject: "the file system",
    async *inspect({ runId }) {
      const name = runId === undefined ? REMOTE.get(await typeOf(runRoot)) : undefined;
      if (name === undefined) return;
      yield {
        code: "DISK_REMOTE",
        severity: "warning",
        what: `the runs are on a network file system (${name}): locks and what is durable cannot be relied on there`,
        where: ".",
        repair: { action: "move", description: "keep runs on a disk of this machine, or run with relaxed durability", automatic: false },
      };
    },
    repairs: {},
  };
}

async function fileSystemType(path: string): Promise<number> {
  return (await statfs(path)).type;
}
