import { NodePath } from "@dad/protocol";
import { expect, it } from "vitest";
import { isolationLine } from "./isolation-line.ts";
import { unpainted } from "./paint.ts";

it("says who holds commands to what, and for which node alone", () => {
  const isolation = { adapter: "process", preset: "cooperative", network: "host", guards: {} } as const;
  expect(isolationLine({ isolation }, unpainted)).toBe("isolation process (cooperative)");
  const own = {
    path: NodePath.parse("a.b"),
    isolation: { ...isolation, adapter: "bubblewrap", preset: "contained", network: "none" },
  } as const;
  expect(isolationLine(own, unpainted)).toBe("isolation bubblewrap (contained, network none) for node a.b");
});

it("says what was required and is missing, and what to do", () => {
  const isolation = { adapter: "process", preset: "contained", network: "allow" as const, guards: {}, degraded: ["fs.read", "net.ip"] };
  expect(isolationLine({ isolation }, unpainted)).toBe(
    "isolation process (contained, network by a list), WITHOUT fs.read, net.ip: this machine cannot, and the policy says to go on; dad doctor says what helps",
  );
});
