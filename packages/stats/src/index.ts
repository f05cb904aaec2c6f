/**
 * Adds up runs: how many, how they ended, how long they took, what they used.
 *
 * @packageDocumentation
 */
export { collectStats, type StatsBy, type StatsOptions, type StatsPorts } from "./collect-stats.ts";
