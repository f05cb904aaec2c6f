import { z } from "zod";

/** What the fake understands. A field that is not here is an error: it would be a promise that nobody keeps. */
const seccompProfile = z.strictObject({
  defaultAction: z.string(),
  syscalls: z.array(
    z.strictObject({
      names: z.array(z.string()),
      action: z.string(),
      errnoRet: z.int().optional(),
      args: z.array(z.strictObject({ index: z.int(), value: z.number(), valueTwo: z.number(), op: z.string() })).optional(),
    }),
  ),
});
export type SeccompProfile = z.infer<typeof seccompProfile>;

export function readSeccomp(options: readonly string[]): SeccompProfile | undefined {
  const [text] = options.filter((option) => option.startsWith("seccomp=")).map((option) => option.slice("seccomp=".length));
  return text === undefined || text === "unconfined" ? undefined : seccompProfile.parse(JSON.parse(text));
}

const mount = z.strictObject({
  Type: z.literal("bind"),
  Source: z.string().startsWith("/"),
  Target: z.string().startsWith("/"),
  ReadOnly: z.boolean().default(false),
  BindOptions: z.strictObject({ Propagation: z.enum(["rprivate"]) }).optional(),
});

const hostConfig = z.strictObject({
  AutoRemove: z.boolean().default(false),
  NetworkMode: z.enum(["none", "host", "default"]).default("default"),
  IpcMode: z.enum(["private", "host", "shareable"]).default("shareable"),
  CgroupnsMode: z.enum(["private", "host"]).default("host"),
  CapDrop: z.array(z.string()).default([]),
  SecurityOpt: z.array(z.union([z.literal("no-new-privileges"), z.string().startsWith("seccomp=")])).default([]),
  ReadonlyRootfs: z.boolean().default(false),
  Init: z.literal(true),
  Mounts: z.array(mount).default([]),
  Tmpfs: z.record(z.string(), z.string()).default({}),
  ShmSize: z
    .int()
    .positive()
    .default(64 * 1024 * 1024),
  Ulimits: z.array(z.strictObject({ Name: z.enum(["core", "fsize", "nofile"]), Soft: z.int(), Hard: z.int() })).default([]),
  LogConfig: z.strictObject({ Type: z.literal("none") }).optional(),
  Memory: z.int().optional(),
  MemorySwap: z.int().optional(),
  PidsLimit: z.int().positive().optional(),
  NanoCpus: z.int().optional(),
  Runtime: z.string().optional(),
});
export type FakeHostConfig = z.infer<typeof hostConfig>;

export const createBody = z.strictObject({
  Image: z.string(),
  Entrypoint: z.array(z.string()).min(1),
  Cmd: z.array(z.string()),
  Env: z.array(z.string().includes("=")).default([]),
  User: z.string().regex(/^\d+:\d+$/, "the fake takes numbers only"),
  WorkingDir: z.string().startsWith("/").default("/"),
  Hostname: z.string().optional(),
  Labels: z.record(z.string(), z.string()).default({}),
  AttachStdin: z.boolean(),
  AttachStdout: z.boolean(),
  AttachStderr: z.boolean(),
  OpenStdin: z.boolean().default(false),
  StdinOnce: z.boolean().default(false),
  Tty: z.literal(false),
  Healthcheck: z.strictObject({ Test: z.array(z.string()) }).optional(),
  HostConfig: hostConfig,
});
export type CreateBody = z.infer<typeof createBody>;

export const execBody = z.strictObject({
  AttachStdin: z.boolean().default(false),
  AttachStdout: z.literal(true),
  AttachStderr: z.literal(true),
  Tty: z.literal(false),
  Cmd: z.array(z.string()).min(1),
  Env: z.array(z.string().includes("=")).default([]),
  WorkingDir: z.string().startsWith("/").optional(),
});
export type ExecBody = z.infer<typeof execBody>;

export const execStartBody = z.strictObject({ Detach: z.literal(false), Tty: z.literal(false) });
