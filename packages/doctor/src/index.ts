/**
 * Checks a store of runs against its journals, mends it, and clears away what nobody needs any more.
 *
 * @packageDocumentation
 */
export { checkStore, type CheckStoreOptions, isClean } from "./check-store.ts";
export { checkoutRun } from "./checkout-run.ts";
export { collectGarbage, type CollectGarbageOptions } from "./collect-garbage.ts";
export { purgeTrash, undoCollection } from "./empty-trash.ts";
export { GcRunningError, RepairError, TrashUnknownError } from "./errors.ts";
export type { AbortOptions, Inspection, Inspector, MaintainedStore, Repair, RunFace, RunFile, RunFiles } from "./maintained-store.ts";
export { digestsInText } from "./mark-named.ts";
export { repairStore } from "./repair-store.ts";
export type { ArtifactReference, RunStanding, RunState, StoreTruth } from "./store-truth.ts";
export type { Judged, Pins, StoredBlob, Sweep, Sweeper, SweptStore } from "./swept-store.ts";
export type { Garbage, OpenTrash, Trash, TrashCan } from "./trash-can.ts";
