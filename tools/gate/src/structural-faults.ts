/** A change that breaks the architecture, and the one check that has to notice it, naming the file. */
export interface StructuralFault {
  readonly fault: string;
  readonly noticedBy: string;
  /** What the check has to name. */
  readonly names: string;
  readonly edits: readonly Edit[];
}

export interface Edit {
  readonly file: string;
  readonly change: (text: string) => string;
}

/** Side-effect imports, so that nothing else is wrong with the file. */
function importing(file: string, specifier: string): Edit {
  return { file, change: (text) => `import "${specifier}";\n${text}` };
}

interface Declaration {
  readonly version?: string;
  readonly as?: "dependencies" | "devDependencies" | "peerDependencies" | "optionalDependencies";
}

/** Declares a dependency, so that nothing else is wrong with its import. */
function declaring(directory: string, name: string, { version = "workspace:^", as = "dependencies" }: Declaration = {}): Edit {
  const change = (text: string) => {
    const manifest = JSON.parse(text) as Partial<Record<string, Record<string, string>>>;
    return JSON.stringify({ ...manifest, [as]: { ...manifest[as], [name]: version } }, null, 2);
  };
  return { file: `${directory}/package.json`, change };
}

export const STRUCTURAL_FAULTS: readonly StructuralFault[] = [
  {
    fault: "a port imports another port",
    noticedBy: "boundaries",
    names: "packages/artifacts/src/artifact-store.ts:1 imports @dad/journal",
    edits: [importing("packages/artifacts/src/artifact-store.ts", "@dad/journal"), declaring("packages/artifacts", "@dad/journal")],
  },
  {
    fault: "an application package imports an adapter of a port",
    noticedBy: "boundaries",
    names: "packages/run-context/src/open-run.ts:1 imports @dad/artifacts/memory",
    edits: [importing("packages/run-context/src/open-run.ts", "@dad/artifacts/memory")],
  },
  {
    fault: "an application package imports the package of an adapter",
    noticedBy: "boundaries",
    names: "packages/runner/src/index.ts:1 imports @dad/outcome-git",
    edits: [importing("packages/runner/src/index.ts", "@dad/outcome-git"), declaring("packages/runner", "@dad/outcome-git")],
  },
  {
    fault: "a port imports a library that it declares for its tests only",
    noticedBy: "boundaries",
    names: "packages/artifacts/src/artifact-store.ts:1 imports commander",
    edits: [
      importing("packages/artifacts/src/artifact-store.ts", "commander"),
      declaring("packages/artifacts", "commander", { version: "catalog:", as: "devDependencies" }),
    ],
  },
  ...(["peerDependencies", "optionalDependencies"] as const).map((as) => ({
    fault: `a port names a library in its ${as}`,
    noticedBy: "boundaries",
    names: "packages/artifacts/package.json depends on commander",
    edits: [
      importing("packages/artifacts/src/artifact-store.ts", "commander"),
      declaring("packages/artifacts", "commander", { version: "catalog:", as }),
    ],
  })),
  {
    fault: "two files import each other",
    noticedBy: "cycles",
    names: "packages/protocol/src/json.ts",
    edits: [importing("packages/protocol/src/json.ts", "./digest.ts")],
  },
  {
    fault: "two packages depend on each other",
    noticedBy: "cycles",
    names: "agent, runner",
    edits: [importing("packages/agent/src/index.ts", "@dad/runner"), declaring("packages/agent", "@dad/runner")],
  },
  {
    fault: "a dependency that nobody uses",
    noticedBy: "unused",
    names: "packages/local/package.json",
    edits: [declaring("packages/local", "commander", { version: "catalog:" })],
  },
];
