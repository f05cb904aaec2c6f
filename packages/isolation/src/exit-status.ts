import { constants } from "node:os";

const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/**
 * The signal that an exit status of a shell tells of (128 and its number). A program that exits with such a status by itself
 * cannot be told from one that was ended by the signal.
 */
export function signalOf(status: number): string | undefined {
  return SIGNALS.get(status - 128);
}
