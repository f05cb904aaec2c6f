import { join } from "node:path";
import { type Manifest, publishedPackages, ROOT } from "./clone.ts";

/** Where the packed packages are. */
export const PACKED = join(ROOT, ".nx/packed");

export function tarballOf({ name, version }: Manifest): string {
  return join(PACKED, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
}

/** A package of this workspace and all of it that it depends on, itself first. */
export function closureOf(name: string): Manifest[] {
  const byName = new Map([...publishedPackages().values()].map((manifest) => [manifest.name, manifest]));
  const found = new Map<string, Manifest>();
  const open = [name];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const manifest = byName.get(next);
    if (!manifest || found.has(next)) continue;
    found.set(next, manifest);
    open.push(...Object.keys(manifest.dependencies ?? {}));
  }
  return [...found.values()];
}
