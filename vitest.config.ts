import { defineConfig } from "vitest/config";

const conditions = ["@dad/source"];

/** `unit` is what needs this process only; `alone` is what replaces modules for it; `integration` is what needs processes, servers or git. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Much of the time goes into waiting for processes that tests start: the default leaves a core of two idle.
    maxWorkers: "100%",
    projects: [
      // Nothing is asserted of time: what is tried thousands of times takes as long as the machine is busy.
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{packages,apps,tools}/*/src/**/*.test.ts"],
          exclude: ["**/*.{alone,sandbox}.test.ts"],
          testTimeout: 60_000,
          // Nothing here has state of its own at import (a law), so that files can share what is loaded: nearly half of the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: "alone", include: ["{packages,apps,tools}/*/src/**/*.alone.test.ts"], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: { name: "integration", include: ["{packages,apps,tools}/*/{test,e2e}/**/*.int.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
});
