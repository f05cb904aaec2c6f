import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { Digest, InputId, InputKey, type Json, NodePath } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import type { Questions } from "../event-bus.ts";
import { collect, never, numbers, runId } from "./facts.ts";
import { type EventBusSubject, ROOMY } from "./subject.ts";

const request: Questions["input"]["question"] = {
  runId,
  id: InputId.parse("agent.flow1.node1:language"),
  path: NodePath.parse("agent.flow1.node1"),
  key: InputKey.parse("language"),
  prompt: "Which language?",
  schema: { type: "string" },
  question: Digest.parse(`sha256:${"0".repeat(64)}`),
};
const asIs = (answer: Json) => answer;

export function inputContract({ create }: EventBusSubject): void {
  describe("input", () => {
    it("asks the handlers in the order of registration until one answers", async () => {
      await using bus = await create(ROOMY);
      const asked: string[] = [];
      bus.handleInput(async (given) => {
        expect(given).toEqual(request);
        await setImmediate();
        asked.push("first");
        return undefined;
      });
      bus.handleInput(() => {
        asked.push("second");
        return "TypeScript";
      });
      bus.handleInput(() => {
        asked.push("third");
        return "Python";
      });
      expect(await bus.ask("input", request, { accept: asIs })).toBe("TypeScript");
      expect(asked).toEqual(["first", "second"]);
    });

    it("answers undefined when nobody has an answer", async () => {
      await using bus = await create(ROOMY);
      expect(await bus.ask("input", request, { accept: asIs })).toBeUndefined();
      bus.handleInput(() => undefined);
      expect(await bus.ask("input", request, { accept: asIs })).toBeUndefined();
    });

    it.each([null, false, 0, "", []])("takes %j for an answer", async (answer) => {
      await using bus = await create(ROOMY);
      bus.handleInput(() => answer);
      bus.handleInput(() => "late");
      expect(await bus.ask("input", request, { accept: asIs })).toEqual(answer);
    });

    it("says with an answer who gave it, as the handler was registered", async () => {
      await using bus = await create(ROOMY);
      const by = { channel: "terminal", who: "ada" };
      bus.handleInput(({ key }) => (key === request.key ? undefined : "handler"));
      bus.handleInput(() => "terminal", { by });
      expect(await bus.ask("input", request, { accept: (answer, who) => [answer, who] })).toEqual(["terminal", by]);
      const other = { ...request, key: InputKey.parse("other") };
      expect(await bus.ask("input", other, { accept: (answer, who) => [answer, who] })).toEqual(["handler", { channel: "handler" }]);
    });

    it("gives what accept makes of the answer", async () => {
      await using bus = await create(ROOMY);
      bus.handleInput(() => "21");
      expect(await bus.ask("input", request, { accept: (answer) => Number(answer) * 2 })).toBe(42);
    });

    it("asks the next one when a handler throws, rejects or gives an answer that is refused, and tells of each", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      bus.handleInput(() => {
        throw new Error("no terminal");
      });
      bus.handleInput(() => Promise.reject(new Error("line is dead")));
      bus.handleInput(() => "not a number");
      bus.handleInput(() => 7);
      const answer = await bus.ask("input", request, {
        accept(given) {
          if (typeof given !== "number") throw new RangeError("give a number");
          return given;
        },
      });
      await bus.flush();
      expect(answer).toBe(7);
      const messages = ["no terminal", "line is dead", "give a number"];
      expect(told).toMatchObject(messages.map((message) => ({ runId, event: "input.requested", error: { message } })));
    });

    it("asks a handler that comes while others are asked, and none that has gone", async () => {
      await using bus = await create(ROOMY);
      const asked: string[] = [];
      bus.handleInput(() => {
        gone[Symbol.dispose]();
        bus.handleInput(() => void asked.push("newcomer"));
        return undefined;
      });
      const gone = bus.handleInput(() => void asked.push("gone"));
      expect(await bus.ask("input", request, { accept: asIs })).toBeUndefined();
      expect(asked).toEqual(["newcomer"]);
    });

    it("goes on when the handler that is being asked is taken back, and reports nothing", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      const hanging = bus.handleInput(() => {
        queueMicrotask(() => hanging[Symbol.dispose]());
        return never();
      });
      bus.handleInput(() => "from the next");
      expect(await bus.ask("input", request, { accept: asIs })).toBe("from the next");
      await bus.flush();
      expect(told).toEqual([]);
    });

    it("stops waiting for a handler when the signal is aborted, and reports nothing", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      const controller = new AbortController();
      bus.handleInput(() => {
        queueMicrotask(() => controller.abort(new Error("changed my mind")));
        return never();
      });
      bus.handleInput(() => "never asked");
      await expect(bus.ask("input", request, { accept: asIs, signal: controller.signal })).rejects.toThrow("changed my mind");
      await bus.flush();
      expect(told).toEqual([]);
    });

    it("asks nobody when the signal is aborted already", async () => {
      await using bus = await create(ROOMY);
      let asked = false;
      await expect(bus.ask("input", request, { accept: asIs, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
      bus.handleInput(() => (asked = true));
      await expect(bus.ask("input", request, { accept: asIs, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
      expect(asked).toBe(false);
    });

    it("runs a handler in the async context of who registered it", async () => {
      await using bus = await create(ROOMY);
      const who = new AsyncLocalStorage<string>();
      who.run("terminal", () => bus.handleInput(async () => setImmediate(who.getStore() ?? "nobody")));
      expect(await who.run("node", () => bus.ask("input", request, { accept: asIs }))).toBe("terminal");
    });

    it("asks the next one when a handler takes too long, which is reported, and tells that handler", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      const aborted = Promise.withResolvers<unknown>();
      bus.handleInput(
        (_request, { signal }) => {
          signal.addEventListener("abort", () => aborted.resolve(signal.reason));
          return never();
        },
        { timeoutMs: 1, name: "pager" },
      );
      bus.handleInput(() => "from the next", { timeoutMs: 600_000 });
      expect(await bus.ask("input", request, { accept: asIs })).toBe("from the next");
      await bus.flush();
      expect(told).toMatchObject([{ runId, event: "input.requested", handler: "pager", error: { code: "HANDLER_TIMEOUT" } }]);
      expect(await aborted.promise).toMatchObject({ code: "HANDLER_TIMEOUT" });
    });

    it("asks the next one when an answer is refused later", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      bus.handleInput(function first() {
        return "bad";
      });
      bus.handleInput(() => "good");
      const looked = async (answer: Json) => {
        await setImmediate();
        if (answer === "bad") throw new Error("no such language");
        return answer;
      };
      expect(await bus.ask("input", request, { accept: looked })).toBe("good");
      await bus.flush();
      expect(told).toMatchObject([{ handler: "first", error: { message: "no such language" } }]);
    });

    it("tells a handler when its answer is not wanted any more", async () => {
      await using bus = await create(ROOMY);
      const signals: AbortSignal[] = [];
      const asking = new AbortController();
      const hanging = bus.handleInput((_request, { signal }) => {
        signals.push(signal);
        queueMicrotask(() => hanging[Symbol.dispose]());
        return never();
      });
      bus.handleInput((_request, { signal }) => {
        signals.push(signal);
        queueMicrotask(() => asking.abort());
        return never();
      });
      await expect(bus.ask("input", request, { accept: asIs, signal: asking.signal })).rejects.toMatchObject({ name: "AbortError" });
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    });

    it("asks no handler whose signal is aborted", async () => {
      await using bus = await create(ROOMY);
      const controller = new AbortController();
      bus.handleInput(() => "never asked", { signal: AbortSignal.abort() });
      bus.handleInput(() => "gone", { signal: controller.signal });
      expect(await bus.ask("input", request, { accept: asIs })).toBe("gone");
      controller.abort();
      expect(await bus.ask("input", request, { accept: asIs })).toBeUndefined();
    });

    it("lets no handler change what is asked", async () => {
      await using bus = await create(ROOMY);
      const question = structuredClone(request);
      bus.handleInput((given) => void (given.schema["type"] = "number"));
      bus.handleInput(({ schema }) => schema["type"]);
      expect(await bus.ask("input", question, { accept: asIs })).toBe("string");
      expect(question).toEqual(request);
    });

    it.each([{ timeoutMs: 0 }, { name: "" }])("refuses %j", async (options) => {
      await using bus = await create(ROOMY);
      expect(() => bus.handleInput(() => undefined, options)).toThrow(TypeError);
    });

    it("answers requests at the same time, each with its own answer", async () => {
      await using bus = await create(ROOMY);
      bus.handleInput(async ({ prompt }) => {
        await setImmediate();
        return prompt.toUpperCase();
      });
      const answers = await Promise.all(["a", "b", "c"].map((prompt) => bus.ask("input", { ...request, prompt }, { accept: asIs })));
      expect(answers).toEqual(["A", "B", "C"]);
    });

    it("rejects with EVENTS_CLOSED when the bus is disposed while a handler thinks", async () => {
      await using bus = await create(ROOMY);
      bus.handleInput(() => {
        queueMicrotask(() => void bus[Symbol.asyncDispose]());
        return never();
      });
      await expect(bus.ask("input", request, { accept: asIs })).rejects.toMatchObject({ code: "EVENTS_CLOSED" });
    });

    it("rejects when no answer is wanted any more while a handler answers, and in the moment after", async () => {
      await using bus = await create(ROOMY);
      for (const moments of numbers(5)) {
        const asking = new AbortController();
        const later = (left: number): void => (left === 0 ? asking.abort() : queueMicrotask(() => later(left - 1)));
        using _ending = bus.handleInput(() => {
          later(moments);
          return undefined;
        });
        using _hanging = bus.handleInput(never);
        await expect(bus.ask("input", request, { accept: asIs, signal: asking.signal })).rejects.toMatchObject({ name: "AbortError" });
      }
    });

    it("takes nothing of a handler that takes itself back, and rejects with EVENTS_CLOSED when a handler disposes of the bus", async () => {
      await using bus = await create(ROOMY);
      const held = bus.handleInput(() => {
        held[Symbol.dispose]();
        return "taken back";
      });
      expect(await bus.ask("input", request, { accept: asIs })).toBeUndefined();
      bus.handleInput(async () => {
        await bus[Symbol.asyncDispose]();
        return undefined;
      });
      await expect(bus.ask("input", request, { accept: asIs })).rejects.toMatchObject({ code: "EVENTS_CLOSED" });
    });

    it("rejects with EVENTS_CLOSED when the bus was disposed before", async () => {
      const bus = await create(ROOMY);
      bus.handleInput(() => "never asked");
      await bus[Symbol.asyncDispose]();
      await expect(bus.ask("input", request, { accept: asIs })).rejects.toMatchObject({ code: "EVENTS_CLOSED" });
    });
  });
}
