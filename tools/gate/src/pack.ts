// Packs what is published into `.nx/packed/`, in the form in which a registry gets it.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { publishedPackages, ROOT } from "./clone.ts";
import { outputOf } from "./command.ts";
import { PACKED } from "./tarballs.ts";

rmSync(PACKED, { recursive: true, force: true });
mkdirSync(PACKED, { recursive: true });
const directories = [...publishedPackages().keys()];
for (const directory of directories) await outputOf(["pnpm", "pack", "--pack-destination", PACKED], { cwd: join(ROOT, directory) });
console.log(`${directories.length} packages packed`);
