import type { BatchObservableCallback, Meter, Observable, ObservableCallback } from "@opentelemetry/api";

export type Measure = (value: number, attributes?: object) => void;

interface Batch {
  readonly callback: BatchObservableCallback;
  readonly observables: readonly Observable[];
}

/** The instruments of one meter that are asked for their values instead of being told. */
export interface Observables extends Pick<Meter, "addBatchObservableCallback" | "removeBatchObservableCallback"> {
  readonly create: (measure: Measure) => Observable;
  /** Asks every one once. A callback that fails has no value to tell. */
  readonly collect: () => Promise<void>;
}

export function observables(): Observables {
  const instruments = new Map<Observable, { readonly measure: Measure; readonly callbacks: Set<ObservableCallback> }>();
  const batches = new Set<Batch>();

  function askBatch({ callback, observables }: Batch): void | Promise<void> {
    return callback({
      observe(observable, value, attributes) {
        if (observables.includes(observable)) instruments.get(observable)?.measure(value, attributes);
      },
    });
  }

  return {
    create(measure) {
      const callbacks = new Set<ObservableCallback>();
      const observable: Observable = {
        addCallback: (callback) => void callbacks.add(callback),
        removeCallback: (callback) => void callbacks.delete(callback),
      };
      instruments.set(observable, { measure, callbacks });
      return observable;
    },
    addBatchObservableCallback: (callback, observables) => void batches.add({ callback, observables: [...observables] }),
    removeBatchObservableCallback(callback, observables) {
      for (const batch of batches) if (batch.callback === callback && sameMembers(batch.observables, observables)) batches.delete(batch);
    },
    async collect() {
      const alone = [...instruments.values()].flatMap(({ measure, callbacks }) => [...callbacks].map((ask) => async () => ask({ observe: measure })));
      const together = [...batches].map((batch) => async () => askBatch(batch));
      await Promise.allSettled([...alone, ...together].map((ask) => ask()));
    },
  };
}

function sameMembers(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((member) => right.includes(member));
}
