import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

const conditions = ["@dad/source"];

/** Adapters that break their contracts. Not part of the tests: here, a run without a failure is the failure. */
export default defineConfig({
  root: resolve(import.meta.dirname, "../.."),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ["tools/gate/faults/*.fault.ts"], testTimeout: 10_000, hookTimeout: 10_000 },
});
