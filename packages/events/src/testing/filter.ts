import type { EventOf } from "@dad/protocol";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { EventFilter } from "../event-bus.ts";
import { collect, custom, nodeCancelled, nodeStarted, runStarted, unknownEvent } from "./facts.ts";
import { type EventBusSubject, ROOMY } from "./subject.ts";

const published = [
  runStarted,
  nodeStarted("agent"),
  nodeStarted("agent.flow1"),
  nodeStarted("agent.flow1.node1"),
  nodeCancelled("agent.flow1.node1"),
  nodeStarted("agent.flow2.node1"),
  nodeStarted("agentless.flow1"),
  custom("without a path"),
  custom("with one", "agent.flow1.node1"),
  unknownEvent,
];

export function filterContract({ create }: EventBusSubject): void {
  describe("filters", () => {
    it.each<readonly [EventFilter, readonly number[]]>([
      [{}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
      [{ type: "*" }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
      [{ type: "node.started" }, [1, 2, 3, 5, 6]],
      [{ type: "node.*" }, [1, 2, 3, 4, 5, 6, 9]],
      [{ type: "run.*" }, [0]],
      [{ type: "nod.*" }, []],
      [{ path: "agent.flow1" }, [2, 9]],
      [{ path: "agent.*" }, [2, 9]],
      [{ path: "agent.*.node1" }, [3, 4, 5, 8]],
      [{ path: "agent.**" }, [1, 2, 3, 4, 5, 8, 9]],
      [{ path: "**.node1" }, [3, 4, 5, 8]],
      [{ path: "**" }, [1, 2, 3, 4, 5, 6, 8, 9]],
      [{ type: "node.*", path: "agent.flow1.**" }, [2, 3, 4, 9]],
      [{ type: "custom.emitted", path: "agent.**" }, [8]],
    ])("%j lets through what it says", async (filter, indices) => {
      await using bus = await create(ROOMY);
      const seen = collect(bus, filter);
      for (const event of published) bus.publish(event);
      await bus.flush();
      expect(seen).toEqual(indices.map((index) => published[index]));
    });

    it("takes a type in short, with the type of its events", async () => {
      await using bus = await create(ROOMY);
      const seen: string[] = [];
      bus.subscribe("node.started", (event) => {
        expectTypeOf(event).toEqualTypeOf<EventOf<"node.started">>();
        seen.push(event.path);
      });
      bus.subscribe({ type: "node.cancelled", path: "agent.**" }, (event) => {
        expectTypeOf(event).toEqualTypeOf<EventOf<"node.cancelled">>();
        seen.push(event.path);
      });
      for (const event of published) bus.publish(event);
      await bus.flush();
      expect(seen.sort()).toEqual(["agent", "agent.flow1", "agent.flow1.node1", "agent.flow1.node1", "agent.flow2.node1", "agentless.flow1"]);
    });

    it.each<EventFilter>([
      { type: "node*" as never },
      { type: "*.started" as never },
      { type: "" as never },
      { path: "" },
      { path: "agent..node1" },
      { path: "agent.iter_*" },
      { path: "agent/flow1" },
    ])("refuses the malformed %j", async (filter) => {
      await using bus = await create(ROOMY);
      expect(() => bus.subscribe(filter, () => {})).toThrow(TypeError);
    });
  });
}
