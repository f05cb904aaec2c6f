import { constants } from "node:fs";
import { posix } from "node:path";
import type { DiskFs } from "../disk-fs.ts";
import { changeContent } from "./file-content.ts";
import type { DiskNode } from "./names.ts";
import { cut } from "./opened-file.ts";
import { createFile, newDirectory, type Place, placeOf, presentAt, refusal, type Volume } from "./volume.ts";

/** The operations on names, with the errors of Linux in its order. */
export function nameOperations(volume: Volume): Pick<DiskFs, "mkdir" | "rmdir" | "link" | "rename" | "unlink" | "copyFile"> {
  const put = ({ directory, name }: Place, node: DiskNode) => volume.names.change({ steps: [{ directory, name, node }] }, volume.now());
  return {
    async mkdir(path) {
      const place = placeOf(volume, "mkdir", path);
      if (place.node) throw refusal("EEXIST", place);
      put(place, newDirectory(volume));
    },
    async rmdir(path) {
      removeDirectory(volume, placeOf(volume, "rmdir", path));
    },
    async link(path, name) {
      const node = presentAt(placeOf(volume, "link", path));
      const place = placeOf(volume, "link", name);
      if (place.node) throw refusal("EEXIST", place);
      if (node.kind === "directory") throw refusal("EPERM", place);
      put(place, node);
    },
    async rename(from, to) {
      rename(volume, placeOf(volume, "rename", from), placeOf(volume, "rename", to));
    },
    async unlink(path) {
      const place = placeOf(volume, "unlink", path);
      if (presentAt(place).kind === "directory") throw refusal("EISDIR", place);
      volume.names.change({ steps: [{ ...place, node: undefined }] }, volume.now());
    },
    async copyFile(from, to, mode) {
      const source = presentAt(placeOf(volume, "copyfile", from));
      copy(volume, source, { place: placeOf(volume, "copyfile", to), exclusive: (mode & constants.COPYFILE_EXCL) !== 0 });
    },
  };
}

function removeDirectory(volume: Volume, place: Place): void {
  const node = presentAt(place);
  if (node === volume.root) throw refusal("EBUSY", place);
  if (node.kind !== "directory") throw refusal("ENOTDIR", place);
  if (node.now.size > 0) throw refusal("ENOTEMPTY", place);
  volume.names.change({ steps: [{ ...place, node: undefined }], emptied: node }, volume.now());
}

function rename(volume: Volume, from: Place, to: Place): void {
  if (from.node === volume.root || to.node === volume.root) throw refusal("EBUSY", from);
  const node = presentAt(from);
  if (isBelow(to.path, from.path)) throw refusal("EINVAL", from);
  if (isBelow(from.path, to.path)) throw refusal("ENOTEMPTY", from);
  // Two names of one file stay two, as POSIX will have it.
  if (node === to.node) return;
  if (to.node && to.node.kind !== node.kind) throw refusal(node.kind === "directory" ? "ENOTDIR" : "EISDIR", from);
  const replaced = to.node?.kind === "directory" ? to.node : undefined;
  if (replaced && replaced.now.size > 0) throw refusal("ENOTEMPTY", from);
  const steps = [
    { ...from, node: undefined },
    { ...to, node },
  ];
  volume.names.change({ steps, ...(replaced && { emptied: replaced }) }, volume.now());
}

function isBelow(path: string, top: string): boolean {
  return posix.resolve("/", path).startsWith(`${posix.resolve("/", top)}/`);
}

function copy(volume: Volume, source: DiskNode, { place, exclusive }: { readonly place: Place; readonly exclusive: boolean }): void {
  if (place.node && exclusive) throw refusal("EEXIST", place);
  if (place.node?.kind === "directory") throw refusal("EISDIR", place);
  if (place.node === source) return;
  const target = place.node ?? createFile(volume, place, source.kind === "file" ? source.now.mode : 0);
  cut(volume, target, 0);
  if (source.kind === "directory") {
    // Node takes away what it could not fill, also when it was there before.
    volume.names.change({ steps: [{ ...place, node: undefined }] }, volume.now());
    throw refusal("EISDIR", place);
  }
  changeContent(target, { kind: "chmod", mode: source.now.mode });
  changeContent(target, { kind: "write", at: 0, bytes: source.now.bytes, mtimeMs: volume.now() });
}
