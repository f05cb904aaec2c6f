import { describe, expect, it, vi } from "vitest";
import type { DadConfig } from "./dad-config.ts";
import { selectProfile } from "./select-profile.ts";

function configOf(profiles: readonly string[], profile?: DadConfig["profile"]) {
  return {
    file: "/p/dad.config.ts",
    resources: Object.fromEntries(profiles.map((name) => [name, {}])),
    ...(profile === undefined ? {} : { profile }),
  };
}

describe("selectProfile", () => {
  const all = ["ci", "default", "dev", "production"];

  it("takes --profile before DAD_PROFILE before the config before `default`", () => {
    const config = configOf(all, "dev");
    expect(selectProfile(config, { argument: "ci", env: { DAD_PROFILE: "production" } })).toBe("ci");
    expect(selectProfile(config, { env: { DAD_PROFILE: "production" } })).toBe("production");
    expect(selectProfile(config, { env: { DAD_PROFILE: "" } })).toBe("dev");
    expect(selectProfile(configOf(all), { env: {} })).toBe("default");
  });

  it("takes that of a run which is gone on with before all but --profile", () => {
    const config = configOf(all, "dev");
    expect(selectProfile(config, { begun: "ci", env: { DAD_PROFILE: "production" } })).toBe("ci");
    expect(selectProfile(config, { argument: "default", begun: "ci", env: {} })).toBe("default");
    expect(() => selectProfile(config, { begun: "gone", env: {} })).toThrow('there is no profile "gone", which the run asks for');
  });

  it("takes the only profile there is when none is asked for", () => {
    expect(selectProfile(configOf(["ci"]), { env: {} })).toBe("ci");
    expect(selectProfile(configOf([]), { env: {} })).toBeUndefined();
  });

  it("asks the function of the config, with the environment", () => {
    const config = configOf(all, (env) => (env.OPENAI_API_KEY ? "production" : "ci"));
    expect(selectProfile(config, { env: { OPENAI_API_KEY: "x" } })).toBe("production");
    expect(selectProfile(config, { env: {} })).toBe("ci");
  });

  it("reads the environment of the process", () => {
    vi.stubEnv("DAD_PROFILE", "production");
    expect(selectProfile(configOf(all))).toBe("production");
    vi.unstubAllEnvs();
  });

  it.each([
    [{ argument: "prod", env: {} }, "dev", 'there is no profile "prod", which --profile asks for; there are ci, dev'],
    [{ argument: "", env: {} }, "dev", 'there is no profile "", which --profile asks for; there are ci, dev'],
    [{ env: { DAD_PROFILE: "constructor" } }, "dev", 'there is no profile "constructor", which DAD_PROFILE asks for; there are ci, dev'],
    [{ env: {} }, "prod", 'there is no profile "prod", which /p/dad.config.ts asks for; there are ci, dev'],
    [
      { env: {} },
      undefined,
      'there is no profile "default", which is used where none is named by --profile, by DAD_PROFILE, or as `profile` in dad.config.ts; there are ci, dev',
    ],
  ] as const)("given %j and the config %j, says %s", (options, profile, message) => {
    expect(() => selectProfile(configOf(["dev", "ci"], profile), options)).toThrow(expect.objectContaining({ code: "PROFILE_UNKNOWN", message }));
  });

  it("says that there are no profiles when one is asked for", () => {
    expect(() => selectProfile(configOf([]), { argument: "ci", env: {} })).toThrow(
      'there is no profile "ci", which --profile asks for; there is none',
    );
  });

  it.each([
    [() => undefined as unknown as string, "profile: the function must return the name of a profile, not undefined"],
    [
      () => {
        throw new Error("no stage");
      },
      "profile: the function threw: no stage",
    ],
  ])("names a function of the config that fails", (profile, message) => {
    expect(() => selectProfile(configOf(all, profile), { env: {} })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(message) as unknown }),
    );
  });
});
