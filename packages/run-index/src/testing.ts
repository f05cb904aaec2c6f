/**
 * The contract suite of the port, for vitest.
 *
 * @packageDocumentation
 */
export { type DamageWays, runIndexContract, type RunIndexSubject } from "./testing/run-index-contract.ts";
