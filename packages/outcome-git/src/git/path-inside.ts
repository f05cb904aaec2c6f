import { isAbsolute, relative, sep } from "node:path";

/** The path of something below a directory with `/` between its parts, or `undefined` when it is not below it. */
export function pathInside(directory: string, path: string): string | undefined {
  const inside = relative(directory, path);
  const outside = inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return outside ? undefined : inside.replaceAll(sep, "/");
}
