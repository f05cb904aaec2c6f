export interface Patience {
  readonly signal?: AbortSignal | undefined;
  /** Absent: as long as it takes. */
  readonly milliseconds?: number;
}

/** Resolves when the work has ended, the signal is aborted or the time is over. The work must not reject. */
export async function within(work: Promise<unknown>, { signal, milliseconds }: Patience): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const abort = () => resolve();
  const timer = milliseconds === undefined ? undefined : setTimeout(abort, milliseconds);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  await Promise.race([work, over]);
  clearTimeout(timer);
  signal?.removeEventListener("abort", abort);
}
