import type { Json } from "@dad/protocol";

/** What somebody says of an attempt that nobody saw end: that it did not do its work, or that it did, and what it gave. */
export type Assumption = { readonly done: false } | { readonly done: true; readonly value: Json };

/** By node path. */
export type Assumptions = Readonly<Record<string, Assumption>>;
