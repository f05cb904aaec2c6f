import type { DiskFile, DiskFs } from "../disk-fs.ts";
import type { FaultyCalls, Perform, Step } from "./faulty-calls.ts";

/** Opens files each call of which may go wrong. */
export function faultyOpen(disk: DiskFs, { perform, opened }: FaultyCalls): DiskFs["open"] {
  /** Paths of which a sync has failed. */
  const forgotten = new Set<string>();
  return (path, flags, mode) => {
    const changes = flags !== "r";
    const open = async (): Promise<DiskFile> => {
      const file = await disk.open(path, flags, mode);
      opened.add(file);
      const close = () => opened.close(file);
      return {
        ...contentOf({ file, path, perform }),
        ...syncsOf({ file, path, perform }, forgotten),
        async close() {
          try {
            await perform({ operation: "close", path, changes, whole: close });
          } finally {
            // A file whose closing failed is closed.
            await close();
          }
        },
      };
    };
    return perform({ operation: "open", path, changes, whole: open });
  };
}

interface Opened {
  readonly file: DiskFile;
  readonly path: string;
  readonly perform: Perform;
}

function contentOf({ file, path, perform }: Opened): Pick<DiskFile, "read" | "write" | "truncate" | "chmod"> {
  const change = <T>(step: Pick<Step<T>, "operation" | "whole" | "half">) => perform({ path, changes: true, ...step });
  return {
    read: (...how) => perform({ operation: "read", path, changes: false, whole: () => file.read(...how) }),
    write: (buffer, offset, length) =>
      change({
        operation: "write",
        whole: () => file.write(buffer, offset, length),
        half: () => file.write(buffer, offset, Math.floor(length / 2)),
      }),
    truncate: (length) => change({ operation: "truncate", whole: () => file.truncate(length) }),
    chmod: (mode) => change({ operation: "chmod", whole: () => file.chmod(mode) }),
  };
}

function syncsOf({ file, path, perform }: Opened, forgotten: Set<string>): Pick<DiskFile, "sync" | "datasync"> {
  const sync = async (operation: "sync" | "datasync") => {
    const whole = async () => {
      if (!forgotten.has(path)) await file[operation]();
    };
    try {
      await perform({ operation, path, changes: true, whole });
    } catch (error) {
      forgotten.add(path);
      throw error;
    }
  };
  return { sync: () => sync("sync"), datasync: () => sync("datasync") };
}
