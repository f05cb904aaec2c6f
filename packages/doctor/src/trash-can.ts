import type { TrashItem } from "@dad/protocol";

/** Something that nobody needs, as it was when that was found out. */
export interface Garbage extends Pick<TrashItem, "kind" | "what" | "from" | "reason" | "bytes"> {
  /** What it is known by: another file in its place, or one that was touched since, is not the one that was judged. */
  readonly judged: { readonly ino: number; readonly mtimeMs: number };
}

/** Where garbage goes, so that it can come back. */
export interface TrashCan {
  /** Begins a new trash: what may go into it is on record, durably, before any of it is moved. */
  open(garbage: readonly Garbage[]): Promise<OpenTrash>;
  /** All that there are, oldest first. */
  list(): Promise<readonly Trash[]>;
}

export interface OpenTrash {
  readonly id: string;
  /** Moves it. False when it is gone, or not what was judged any more: then it is where it was. */
  take(garbage: Garbage): Promise<boolean>;
}

/** What an earlier collection took. */
export interface Trash {
  readonly id: string;
  /** What lies in it. */
  readonly items: readonly TrashItem[];
  /** Puts it back. False when something else is in its place: then it stays in the trash. */
  restore(item: TrashItem): Promise<boolean>;
  /** Deletes all of it, for ever. */
  purge(): Promise<void>;
}
