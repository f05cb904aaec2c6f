// Check: the arrows between the layers hold, for every import and every declared dependency.
import { isTestFile, sourceFiles } from "./clone.ts";
import { importsOf, packageOf } from "./imports.ts";
import { refusal, refusedLibraries } from "./layers.ts";
import { report } from "./report.ts";
import { type Project, readWorkspace, type Workspace } from "./workspace.ts";

function importProblems(project: Project, byPackage: ReadonlyMap<string, Project>): string[] {
  return sourceFiles(project.directory).flatMap((file) =>
    importsOf(file).flatMap(({ specifier, line }) => {
      const found = packageOf(specifier);
      const to = found && byPackage.get(found.name);
      if (!found || !to) return [];
      const subpath = found.subpath === undefined ? {} : { subpath: found.subpath };
      const reason = refusal({ from: project, to, test: isTestFile(file), ...subpath });
      return reason === undefined ? [] : [`${file}:${line} imports ${specifier}: ${reason}`];
    }),
  );
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

function libraryProblems(project: Project, byPackage: ReadonlyMap<string, Project>): string[] {
  const libraries = Object.keys(project.manifest.dependencies ?? {}).filter((name) => !byPackage.has(name));
  return refusedLibraries(project, libraries).map(
    (library) => `${project.directory}/package.json depends on ${library}: an adapter that needs a library is a package of its own`,
  );
}

const workspace = await readWorkspace();
const byPackage = new Map(workspace.projects.map((project) => [project.manifest.name, project]));
const problems = workspace.projects.flatMap((project) => [...importProblems(project, byPackage), ...libraryProblems(project, byPackage)]);
report([...problems, ...edgeProblems(workspace)], `${workspace.projects.length} projects keep to their layers`);
