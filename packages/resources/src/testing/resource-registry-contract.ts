import { beforeEach, describe, expect, it } from "vitest";
import type { ModelResource } from "../model-resource.ts";
import type { ResourceKind, ResourceRegistry } from "../resource-registry.ts";

type Awaitable<Value> = Value | Promise<Value>;

export interface ResourceRegistrySubject {
  /** A registry with exactly these profiles and this default. */
  create(options: {
    readonly profiles: Readonly<
      Record<
        string,
        { readonly note?: string; readonly models: Readonly<Record<string, ModelResource>>; readonly endpoints: Readonly<Record<string, string>> }
      >
    >;
    readonly default: string;
  }): Awaitable<ResourceRegistry>;
}

const FOREIGN = ["__proto__", "constructor", "toString", "hasOwnProperty", ""];

/** Proves that a registry keeps the contract of `ResourceRegistry`. */
export function resourceRegistryContract(name: string, subject: ResourceRegistrySubject): void {
  describe(`${name} keeps the contract of a resource registry`, () => {
    let registry: ResourceRegistry;
    beforeEach(async () => {
      registry = await subject.create({
        profiles: {
          production: {
            models: { writer: uncallable("large"), coder: uncallable("code") },
            endpoints: { search: "https://search.example/v1", api: "https://api.example/" },
          },
          ci: { note: "its models are recordings", models: { coder: uncallable("tape") }, endpoints: {} },
        },
        default: "ci",
      });
    });

    profiles(() => registry);
    resources(() => registry);
  });
}

function profiles(registry: () => ResourceRegistry): void {
  it("lists its profiles in order", () => {
    expect(registry().profiles).toEqual(["ci", "production"]);
  });

  it("gives the default profile when none is named", () => {
    expect(registry().profile().name).toBe("ci");
    expect(registry().profile("production").name).toBe("production");
  });

  it("passes on what people should know about a profile", () => {
    expect(registry().profile("ci").note).toBe("its models are recordings");
    expect(registry().profile("production")).not.toHaveProperty("note");
  });

  it("guesses which profile was meant, and which resource", () => {
    expect(() => registry().profile("prodution")).toThrow("production?");
    expect(() => registry().profile("production").get("model", "wirter")).toThrow("writer?");
  });

  it.each(["staging", ...FOREIGN])("refuses the unknown profile %j and lists those it has", (name) => {
    expect(() => registry().profile(name)).toThrow(
      expect.objectContaining({
        code: "PROFILE_UNKNOWN",
        message: expect.stringContaining("ci, production"),
        details: { profile: name, profiles: ["ci", "production"] },
      }),
    );
  });
}

function resources(registry: () => ResourceRegistry): void {
  it("lists the ids of a kind in order, and none of a kind that it does not know", () => {
    const profile = registry().profile("production");
    expect(profile.ids("model")).toEqual(["coder", "writer"]);
    expect(profile.ids("endpoint")).toEqual(["api", "search"]);
    expect(FOREIGN.flatMap((kind) => profile.ids(kind as ResourceKind))).toEqual([]);
  });

  it("gives the resources of the profile that was asked, without calling anybody", () => {
    expect(registry().profile("ci").get("model", "coder").modelId).toBe("tape");
    expect(registry().profile("production").get("model", "coder").modelId).toBe("code");
    expect(registry().profile("production").get("endpoint", "search").href).toBe("https://search.example/v1");
  });

  it("finds models by what they are, in the order of the profile, and none that is not there", () => {
    const profile = registry().profile("production");
    expect(profile.models({})).toEqual(["writer", "coder"]);
    expect(profile.models({ model: "code" })).toEqual(["coder"]);
    expect(profile.models({ provider: "none", among: ["writer", "reviewer"] })).toEqual(["writer"]);
    expect(profile.models({ provider: "somebody else" })).toEqual([]);
    expect(profile.models({ capabilities: ["tools"] })).toEqual([]);
  });

  it("gives a run the same resources, under the same names", () => {
    const profile = registry().profile("production");
    const run = profile.forRun({ onSecret() {} });
    expect([run.name, run.ids("model"), run.ids("endpoint")]).toEqual([profile.name, profile.ids("model"), profile.ids("endpoint")]);
    expect(run.get("model", "writer").modelId).toBe("large");
    expect(() => run.get("model", "reviewer")).toThrow(expect.objectContaining({ code: "RESOURCE_UNKNOWN" }));
  });

  it("gives the same model each time", () => {
    const profile = registry().profile("production");
    expect(profile.get("model", "writer")).toBe(registry().profile("production").get("model", "writer"));
  });

  it("gives an endpoint that is the caller's to change", () => {
    const profile = registry().profile("production");
    profile.get("endpoint", "api").pathname = "/changed";
    expect(profile.get("endpoint", "api").href).toBe("https://api.example/");
  });

  it.each(["reviewer", "search", ...FOREIGN])("refuses the unknown model %j and lists those of the profile", (id) => {
    expect(() => registry().profile("production").get("model", id)).toThrow(
      expect.objectContaining({
        code: "RESOURCE_UNKNOWN",
        message: expect.stringContaining("coder, writer"),
        details: { kind: "model", id, profile: "production", ids: ["coder", "writer"] },
      }),
    );
  });

  it.each(FOREIGN)("refuses the unknown kind %j", (kind) => {
    expect(() =>
      registry()
        .profile("ci")
        .get(kind as ResourceKind, "coder"),
    ).toThrow(expect.objectContaining({ code: "RESOURCE_UNKNOWN" }));
  });
}

function uncallable(modelId: string): ModelResource {
  return {
    provider: "none",
    modelId,
    capabilities: { structuredOutput: false, recorded: true, streaming: false, tools: false, files: false },
    generate: () => Promise.reject(new TypeError("looking a model up called it")),
  };
}
