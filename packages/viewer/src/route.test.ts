import { describe, expect, it } from "vitest";
import { hrefOf, routeOf, type Route } from "./route.ts";

describe("hrefOf", () => {
  it("says all of a route, and routeOf reads it again", () => {
    const routes: readonly Route[] = [
      { view: "overview" },
      { view: "timeline" },
      { view: "timeline", path: "a.b", attempt: 2, tab: "logs" },
      { view: "timeline", span: "00f067aa0ba902b7" },
      { view: "outcome", path: "src/ä b/#?&%.ts" },
      { view: "compare", path: "a.b" },
    ];
    for (const route of routes) expect(routeOf(hrefOf(route))).toEqual(route);
    expect(hrefOf({ view: "timeline", path: "a.b", attempt: 2, tab: "logs" })).toBe("#/node/a.b?attempt=2&tab=logs");
  });
});

describe("routeOf", () => {
  it.each(["", "#", "#/", "#/nowhere", "#/node", "#/node/", "#/span/%", "#overview", "#/__proto__", "javascript:alert(1)"])(
    "takes %s for no link",
    (hash) => {
      expect(routeOf(hash)).toBeUndefined();
    },
  );

  it("leaves out an attempt that is no number", () => {
    expect(routeOf("#/node/a?attempt=-1")).toEqual({ view: "timeline", path: "a" });
  });
});
