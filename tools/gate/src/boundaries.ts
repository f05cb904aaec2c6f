// Check: the arrows between the layers hold, and libraries are where they may be, for every import and every declared dependency.
import { isContractFile, isTestFile, sourceFiles } from "./clone.ts";
import { importsOf, packageOf, type PackageSpecifier } from "./imports.ts";
import { refusal } from "./layers.ts";
import { libraryRefusal } from "./libraries.ts";
import { report } from "./report.ts";
import { type Project, readWorkspace, type Workspace } from "./workspace.ts";

function importProblems(project: Project, byPackage: ReadonlyMap<string, Project>): string[] {
  return sourceFiles(project.directory).flatMap((file) =>
    importsOf(file).flatMap(({ specifier, line }) => {
      const found = packageOf(specifier);
      if (!found) return [];
      const test = isTestFile(file);
      const to = byPackage.get(found.name);
      const library = () => (test ? undefined : libraryRefusal(project, found.name, { contract: isContractFile(file) }));
      const reason = to ? refusal({ from: project, to, test, contract: isContractFile(file), ...subpathOf(found) }) : library();
      return reason === undefined ? [] : [`${file}:${line} imports ${specifier}: ${reason}`];
    }),
  );
}

function subpathOf({ subpath }: PackageSpecifier): { readonly subpath?: string } {
  return subpath === undefined ? {} : { subpath };
}

/** What Nx knows may go beyond the imports: a dependency that is only declared binds the layers as well. */
function edgeProblems({ projects, edges }: Workspace): string[] {
  const byName = new Map(projects.map((project) => [project.name, project]));
  return edges.flatMap(([source, target]) => {
    const [from, to] = [byName.get(source), byName.get(target)];
    if (!from || !to) return [];
    const test = !(to.manifest.name in (from.manifest.dependencies ?? {}));
    const reason = refusal({ from, to, test });
    return reason === undefined ? [] : [`${from.directory}/package.json depends on ${to.manifest.name}: ${reason}`];
  });
}

/** What its users install with it, and what it asks them to install. */
function libraryProblems(project: Project, byPackage: ReadonlyMap<string, Project>): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = project.manifest;
  const declared = [
    ...Object.keys({ ...dependencies, ...optionalDependencies }).map((library) => ({ library, contract: false })),
    ...Object.keys({ ...peerDependencies }).map((library) => ({ library, contract: true })),
  ];
  return declared.flatMap(({ library, contract }) => {
    const reason = byPackage.has(library) ? undefined : libraryRefusal(project, library, { contract });
    return reason === undefined ? [] : [`${project.directory}/package.json depends on ${library}: ${reason}`];
  });
}

const workspace = await readWorkspace();
const byPackage = new Map(workspace.projects.map((project) => [project.manifest.name, project]));
const problems = workspace.projects.flatMap((project) => [...importProblems(project, byPackage), ...libraryProblems(project, byPackage)]);
report([...problems, ...edgeProblems(workspace)], `${workspace.projects.length} projects keep to their layers`);
