import { join } from "node:path";

/** Where the index files are: in the repository, where a command that works in a working tree does not find them. */
const INDEXES = "indexes";

export function indexesOf(directory: string): string {
  return join(directory, INDEXES);
}

export function indexFile(directory: string, name: string): string {
  return join(indexesOf(directory), name);
}
