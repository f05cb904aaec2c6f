import type { Socket } from "node:net";
import type { ContainerBody } from "./container-body.ts";
import { type EngineApi, type ExecState, isGone } from "./engine-api.ts";

/** A process in a container, besides its first one. */
export interface ContainerProcess {
  /** Both streams, in frames. */
  readonly connection: Socket;
  /** How it ended. `undefined`: the container is gone. */
  state(): Promise<ExecState | undefined>;
}

export interface ContainerProgram {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: boolean;
}

/** A container that lives as long as somebody holds the standard input of its first process. */
export interface Container {
  readonly id: string;
  start(program: ContainerProgram): Promise<ContainerProcess>;
  /** Ends every process in it and removes it. Resolves when it is gone. Calls share one ending. */
  end(): Promise<void>;
  /** Resolves when it is gone, or is about to be. */
  readonly ended: Promise<void>;
}

/** Starts a container. What could not be started is removed again. */
export async function startContainer(api: EngineApi, body: ContainerBody): Promise<Container> {
  const id = await api.create(body);
  try {
    // Before it starts: whoever comes later could be killed in between, and nobody would ever end its input.
    const held = await api.attach(id);
    held.on("error", () => undefined).resume();
    await api.start(id);
    return runningContainer(api, id, held);
  } catch (error) {
    await api.remove(id).catch(() => undefined);
    throw error;
  }
}

function runningContainer(api: EngineApi, id: string, held: Socket): Container {
  let ending: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await api.remove(id);
    held.destroy();
  };
  return {
    id,
    async start(program) {
      try {
        return await startProcess(api, id, program);
      } catch (error) {
        // Whatever the engine does with the connection, nobody is to wait for a container that is gone.
        if (isGone(error)) held.destroy();
        throw error;
      }
    },
    end: () => (ending ??= end()),
    ended: new Promise((resolve) => held.once("close", resolve)),
  };
}

async function startProcess(api: EngineApi, id: string, { argv, env, stdin }: ContainerProgram): Promise<ContainerProcess> {
  const exec = await api.createExec(id, {
    AttachStdin: stdin,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Cmd: argv,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
  });
  const connection = await api.startExec(exec);
  return { connection, state: async () => api.exec(exec) };
}
