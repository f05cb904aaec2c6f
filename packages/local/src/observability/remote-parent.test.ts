import { expect, it } from "vitest";
import { remoteParent } from "./remote-parent.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

it.each([
  [`00-${traceId}-${spanId}-01`, 1],
  [` 00-${traceId}-${spanId}-00\n`, 0],
  // Of a later version: what it has in common with this one.
  [`cc-${traceId}-${spanId}-03`, 1],
  [`cc-${traceId}-${spanId}-01-what-the-future-will-be-like`, 1],
])("reads %j", (TRACEPARENT, traceFlags) => {
  expect(remoteParent({ TRACEPARENT })).toEqual({ traceId, spanId, traceFlags, isRemote: true });
});

it("takes the state along, of which others read what is theirs", () => {
  const parent = remoteParent({ TRACEPARENT: `00-${traceId}-${spanId}-01`, TRACESTATE: "rojo=00f067aa0ba902b7,congo=t61" });
  expect(parent?.traceState?.serialize()).toBe("rojo=00f067aa0ba902b7,congo=t61");
});

it.each([
  undefined,
  "",
  "not a parent",
  `ff-${traceId}-${spanId}-01`,
  `00-${"0".repeat(32)}-${spanId}-01`,
  `00-${traceId}-${"0".repeat(16)}-01`,
  `00-${traceId}-${spanId}-01-more`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
])("takes %j for none", (TRACEPARENT) => {
  expect(remoteParent({ TRACEPARENT })).toBeUndefined();
});
