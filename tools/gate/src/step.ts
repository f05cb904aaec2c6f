/** One part of the gate: a command line, or several that all have to succeed. */
export interface Step {
  readonly name: string;
  readonly commands: readonly CommandLine[];
  /** Steps that have to be over, well or not, before this one begins. */
  readonly after?: readonly string[];
  /** Steps without whose success this one says nothing: it then fails without being run. */
  readonly needs?: readonly string[];
}

export type CommandLine = readonly [string, ...string[]];

export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

export interface RunStepsOptions {
  readonly run: (step: Step) => Promise<StepResult>;
  readonly onResult: (result: StepResult) => void;
  /** How many steps may be at work at the same time. */
  readonly parallel: number;
}

/** Runs every step, whatever becomes of the others, in the order given where nothing has to wait. */
export async function runSteps(steps: readonly Step[], options: RunStepsOptions): Promise<StepResult[]> {
  const names = new Set(steps.map((step) => step.name));
  const done = new Map<string, StepResult>();
  const waiting = [...steps];
  const running = new Map<string, Promise<void>>();
  const isReady = ({ after = [], needs = [] }: Step) => [...after, ...needs].every((name) => done.has(name) || !names.has(name));
  const resultOf = async (step: Step): Promise<StepResult> => {
    const missing = step.needs?.filter((name) => done.get(name)?.ok === false) ?? [];
    return missing.length === 0 ? options.run(step) : { name: step.name, ok: false, seconds: 0, output: `not run: ${missing.join(", ")} failed` };
  };

  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < options.parallel ? waiting.find(isReady) : undefined;
    if (next) {
      waiting.splice(waiting.indexOf(next), 1);
      const finished = resultOf(next).then((result) => {
        done.set(next.name, result);
        running.delete(next.name);
        options.onResult(result);
      });
      running.set(next.name, finished);
    } else if (running.size > 0) await Promise.race(running.values());
    else throw new TypeError(`these steps wait for each other: ${waiting.map((step) => step.name).join(", ")}`);
  }
  return steps.flatMap((step) => done.get(step.name) ?? []);
}
