import type { EventOf, Json } from "@dad/protocol";
import { describe, expect, expectTypeOf, it } from "vitest";
import { memoryEventBus } from "./memory.ts";
import { onCustom } from "./on-custom.ts";
import { custom } from "./testing/facts.ts";

declare module "@dad/protocol" {
  interface CustomEvents {
    "test.cache-hit": { readonly key: string };
  }
}

describe("onCustom", () => {
  it("gives the data of the events of one name, with the type that the program has said", async () => {
    await using bus = memoryEventBus();
    const seen: unknown[] = [];
    onCustom(bus, "test.cache-hit", (data, event) => {
      expectTypeOf(data).toEqualTypeOf<{ readonly key: string }>();
      expectTypeOf(event).toEqualTypeOf<EventOf<"custom.emitted">>();
      seen.push(data.key, event.name);
    });
    onCustom(bus, "nobody said", (data) => {
      expectTypeOf(data).toEqualTypeOf<Json>();
      seen.push(data);
    });
    bus.publish({ ...custom({ key: "a" }), name: "test.cache-hit" });
    bus.publish({ ...custom({ key: "b" }), name: "other" });
    bus.publish({ ...custom("c"), name: "nobody said" });
    await bus.flush();
    expect(seen).toEqual(["a", "test.cache-hit", "c"]);
  });

  it("ends like any subscription, and is reported under the name of the event", async () => {
    await using bus = memoryEventBus();
    const told: (string | undefined)[] = [];
    bus.subscribe("handler.failed", (event) => void told.push(event.handler));
    {
      using _subscription = onCustom(bus, "test", () => Promise.reject(new Error("at fault")));
      bus.publish(custom(1));
      await bus.flush();
    }
    bus.publish(custom(2));
    await bus.flush();
    expect(told).toEqual(["test"]);
  });
});
