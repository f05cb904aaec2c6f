import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import type { Kill } from "./live-run.ts";

type Change = "appendFile" | "copyFile" | "mkdir" | "rename" | "rm" | "rmdir" | "unlink" | "writeFile";
const CHANGES: readonly Change[] = ["appendFile", "copyFile", "mkdir", "rename", "rm", "rmdir", "unlink", "writeFile"];

/**
 * Watches what works with `node:fs/promises` itself, and not through a disk that it is given: the working trees and the
 * repository of outcomes. Who has taken a function from the module before, as the disk of this machine has, keeps it as it was.
 */
export function watchModuleFs(
  onCall: (operation: string, path: string) => { readonly when: Kill["when"] } | undefined,
  crash: () => Promise<never>,
): void {
  const module = fs as unknown as Record<Change, (...args: unknown[]) => Promise<unknown>>;
  for (const name of CHANGES) {
    const change = module[name];
    module[name] = async (...args) => {
      const fault = onCall(`${name} itself`, String(args[0]));
      if (fault === undefined) return await change(...args);
      if (fault.when === "after") await change(...args).catch(() => undefined);
      if (fault.when === "during" && typeof args[1] === "string") await change(args[0], args[1].slice(0, args[1].length / 2), args[2]);
      return await crash();
    };
  }
  syncBuiltinESMExports();
}
