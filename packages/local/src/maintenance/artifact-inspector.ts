import { type ArtifactFinding, checkDiskArtifacts, protectBlob, quarantineBlob, removeLeftovers, repairLayout } from "@dad/artifacts/disk";
import type { Inspector } from "@dad/doctor";
import { Digest, type Finding } from "@dad/protocol";
import { pathIn } from "./path-in.ts";

/** Looks at how the contents of a run root lie on the disk. What is in them is read elsewhere. */
export function artifactInspector(runRoot: string, root: string): Inspector {
  const store = { root };
  return {
    subject: "the artifact store",
    async *inspect({ runId, signal }) {
      if (runId !== undefined) return;
      for await (const finding of checkDiskArtifacts({ ...store, content: false, ...(signal ? { signal } : {}) })) yield findingOf(runRoot, finding);
    },
    repairs: {
      async quarantine(finding) {
        await quarantineBlob(store, digestOf(finding));
      },
      async protect(finding) {
        await protectBlob(store, digestOf(finding));
      },
      async "remove-leftovers"() {
        await removeLeftovers(store);
      },
      async "repair-layout"() {
        await repairLayout(store);
      },
    },
  };
}

const REPAIRS: Readonly<Record<ArtifactFinding["code"], readonly [action: string, description: string] | undefined>> = {
  BLOB_DAMAGED: ["quarantine", "move it out of the way, so that it can be stored again"],
  BLOB_NOT_A_FILE: ["quarantine", "move it out of the way, so that it can be stored again"],
  BLOB_WRITABLE: ["protect", "take the permission to write from it"],
  LEFTOVER: ["remove-leftovers", "remove it"],
  LAYOUT_MISSING: ["repair-layout", "make it"],
  LAYOUT_INVALID: ["repair-layout", "move it away and make it anew"],
  FOREIGN_FILE: undefined,
};

function findingOf(runRoot: string, { code, severity, path, message, digest }: ArtifactFinding): Finding {
  const [action, description] = REPAIRS[code] ?? [];
  return {
    code,
    // A process that is killed leaves some: that is how it should be.
    severity: code === "LEFTOVER" ? "info" : severity,
    what: message,
    where: digest ?? pathIn(runRoot, path),
    ...(action === undefined || description === undefined ? {} : { repair: { action, description, automatic: true } }),
  };
}

function digestOf({ where }: Finding): Digest {
  return Digest.parse(where);
}
