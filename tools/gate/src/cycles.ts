// Check: no file and no package depends on itself, whatever the detour. Imports for types count: a knot is a knot.
import { sourceFiles } from "./clone.ts";
import { type Graph, cyclesOf } from "./graph.ts";
import { importsOf, relativeTarget } from "./imports.ts";
import { report } from "./report.ts";
import { readWorkspace, type Workspace } from "./workspace.ts";

function fileGraph(directory: string): Graph {
  const targets = (file: string) => importsOf(file).map(({ specifier }) => relativeTarget(file, specifier));
  return new Map(sourceFiles(directory).map((file) => [file, targets(file).filter((target) => target !== undefined)]));
}

function packageGraph({ projects, edges }: Workspace): Graph {
  const targets = (name: string) => edges.filter(([source]) => source === name).map(([, target]) => target);
  return new Map(projects.map(({ name }) => [name, targets(name)]));
}

const workspace = await readWorkspace();
const graphs = [packageGraph(workspace), ...workspace.projects.map((project) => fileGraph(project.directory))];
const problems = graphs.flatMap(cyclesOf).map((cycle) => `import cycle through ${cycle.toSorted().join(", ")}`);
report(problems, "no import cycle");
