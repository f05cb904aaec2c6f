import { readdirSync, readFileSync } from "node:fs";

const CLOSED_ON_EXEC = 0o2_000_000;
const FIRST = 3;

/**
 * The open files of this process that whatever it starts would have, too: those that it was itself started with. Node closes all that
 * it opens on the way to another program (`O_CLOEXEC`), but not these, and bwrap hands on what it gets.
 */
export function inheritedDescriptors(): readonly number[] {
  return readdirSync("/proc/self/fdinfo")
    .map(Number)
    .filter((descriptor) => descriptor >= FIRST && isInherited(descriptor));
}

/** proc_pid_fdinfo(5): octal. The one that lists the others is gone by now. */
function isInherited(descriptor: number): boolean {
  try {
    const [, flags] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1")) ?? [];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSED_ON_EXEC) === 0;
  } catch {
    return false;
  }
}
