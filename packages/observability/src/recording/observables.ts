import { AsyncLocalStorage } from "node:async_hooks";
import type { BatchObservableCallback, Meter, Observable, ObservableCallback } from "@opentelemetry/api";

export type Measure = (value: number, attributes?: object) => void;

interface Batch {
  readonly callback: BatchObservableCallback;
  /** In the context of who added it: whoever flushes may be another run. */
  readonly ask: BatchObservableCallback;
  readonly observables: readonly Observable[];
}

/** The instruments of one meter that are asked for their values instead of being told. */
export interface Observables extends Pick<Meter, "addBatchObservableCallback" | "removeBatchObservableCallback"> {
  readonly create: (measure: Measure) => Observable;
  /** Asks every one once. A callback that fails has no value to tell. */
  readonly collect: () => Promise<void>;
}

export function observables(): Observables {
  const instruments = new Map<Observable, { readonly measure: Measure; readonly callbacks: Map<ObservableCallback, ObservableCallback> }>();
  const batches = new Set<Batch>();

  function askBatch({ ask, observables }: Batch): void | Promise<void> {
    return ask({
      observe(observable, value, attributes) {
        if (observables.includes(observable)) instruments.get(observable)?.measure(value, attributes);
      },
    });
  }

  return {
    create(measure) {
      const callbacks = new Map<ObservableCallback, ObservableCallback>();
      const observable: Observable = {
        addCallback: (callback) => void (typeof callback === "function" && callbacks.set(callback, AsyncLocalStorage.bind(callback))),
        removeCallback: (callback) => void callbacks.delete(callback),
      };
      instruments.set(observable, { measure, callbacks });
      return observable;
    },
    addBatchObservableCallback(callback, observables) {
      if (typeof callback !== "function" || !Array.isArray(observables)) return;
      batches.add({ callback, ask: AsyncLocalStorage.bind(callback), observables: [...observables] });
    },
    removeBatchObservableCallback(callback, observables) {
      if (!Array.isArray(observables)) return;
      for (const batch of batches) if (batch.callback === callback && sameMembers(batch.observables, observables)) batches.delete(batch);
    },
    async collect() {
      const alone = [...instruments.values()].flatMap(({ measure, callbacks }) =>
        [...callbacks.values()].map((ask) => async () => ask({ observe: measure })),
      );
      const together = [...batches].map((batch) => async () => askBatch(batch));
      await Promise.allSettled([...alone, ...together].map((ask) => ask()));
    },
  };
}

function sameMembers(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((member) => right.includes(member));
}
