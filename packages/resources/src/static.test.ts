import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it, vi } from "vitest";
import type { ModelResource } from "./model-resource.ts";
import { staticResourceRegistry } from "./static.ts";
import { scriptedModel } from "./scripted.ts";
import { resourceRegistryContract } from "./testing.ts";

resourceRegistryContract("a static registry", { create: staticResourceRegistry });

describe("staticResourceRegistry", () => {
  it("makes a model when it is first asked for, and once", () => {
    const make = vi.fn<() => ModelResource>(() => scriptedModel([]));
    const other = vi.fn<() => ModelResource>(() => scriptedModel([]));
    const registry = staticResourceRegistry({ profiles: { default: { models: { coder: make, other } } } });
    expect(make).not.toHaveBeenCalled();
    expect(registry.profile().get("model", "coder")).toBe(registry.profile("default").get("model", "coder"));
    expect(make).toHaveBeenCalledOnce();
    expect(other).not.toHaveBeenCalled();
  });

  it("makes a model in the async context of who made the registry, not of the first run that asks", () => {
    const who = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const make = (): ModelResource => {
      seen.push(who.getStore());
      return scriptedModel([]);
    };
    const registry = who.run("host", () => staticResourceRegistry({ profiles: { default: { models: { coder: make } } } }));
    who.run("run1", () => registry.profile().get("model", "coder"));
    expect(seen).toEqual(["host"]);
  });

  it("makes a model again after its function has thrown", () => {
    const make = vi
      .fn<() => ModelResource>(() => scriptedModel([]))
      .mockImplementationOnce(() => {
        throw new Error("no key");
      });
    const profile = staticResourceRegistry({ profiles: { default: { models: { coder: make } } } }).profile();
    expect(() => profile.get("model", "coder")).toThrow("no key");
    expect(profile.get("model", "coder").provider).toBe("scripted");
  });

  it("shares nothing with another registry of the same definition", () => {
    const profiles = { default: { models: { coder: () => scriptedModel([]) } } };
    const [one, two] = [staticResourceRegistry({ profiles }), staticResourceRegistry({ profiles })];
    expect(one.profile().get("model", "coder")).not.toBe(two.profile().get("model", "coder"));
  });

  it("means `default`, or the only profile there is, when none is named and none is the default", () => {
    expect(staticResourceRegistry({ profiles: { ci: {}, default: {} } }).profile().name).toBe("default");
    expect(staticResourceRegistry({ profiles: { ci: {} } }).profile().name).toBe("ci");
    expect(() => staticResourceRegistry({ profiles: { ci: {}, production: {} } }).profile()).toThrow(
      'there is no profile "default"; there are ci, production',
    );
    expect(() => staticResourceRegistry({ profiles: {} }).profile()).toThrow('there is no profile "default"; there is none');
  });

  it("refuses a default that is no profile", () => {
    expect(() => staticResourceRegistry({ profiles: { ci: {} }, default: "prod" })).toThrow(expect.objectContaining({ code: "PROFILE_UNKNOWN" }));
  });

  it("refuses an endpoint that is not an absolute URL", () => {
    const profiles = { ci: { endpoints: { search: "search.example" } } };
    expect(() => staticResourceRegistry({ profiles })).toThrow(
      new TypeError('endpoint "search" of profile "ci" is "search.example", which is not an absolute URL'),
    );
  });

  it("says which function made no model", () => {
    const registry = staticResourceRegistry({ profiles: { ci: { models: { coder: () => undefined as never } } } });
    expect(() => registry.profile().get("model", "coder")).toThrow(new TypeError('the function for model "coder" of profile "ci" returned no model'));
  });
});
