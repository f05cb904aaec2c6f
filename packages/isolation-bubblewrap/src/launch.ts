import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canReach, type HostUser } from "./host-user.ts";
import { type Bind, bwrapArguments, type Profile } from "./profile.ts";
import type { Launch } from "./sandbox.ts";

/** Mounts pairs of a directory and a place, then becomes the rest of what it is given. */
const MOUNTING = `while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit 1; shift 2; done
shift`;
/** Mounts what is changed over what is there, with directories of our own, whose names hold nothing that \`mount\` would take for an option. */
const OVERLAYING = `cd "$1" && mount -t overlay dad -o "lowerdir=lower,upperdir=upper,workdir=work$2" merged || exit 1
shift 2`;

export interface LaunchSpec {
  readonly program: string;
  readonly profile: Profile;
  readonly user: HostUser | undefined;
  /** A directory that only the user of the sandbox gets into, for what is mounted on the way. */
  readonly directory: string;
  /** What is to be changed apart from the host: a place among the binds. */
  readonly overlay: string | undefined;
  readonly command: readonly string[];
}

/**
 * How bwrap is to be started. Where its user would not get to what is bound, and for an overlay, a mount namespace comes before it,
 * in which that is mounted where it does. All of it is one process: whoever is to end with this one does.
 */
export async function launchOf(spec: LaunchSpec): Promise<Omit<Launch, "filter">> {
  const { program, profile, user, overlay, command } = spec;
  const relayed = await relayedBinds(spec);
  const binds = relayed.map(({ bind, at }) => (at === undefined ? bind : { ...bind, source: at }));
  const bwrap = [program, ...bwrapArguments({ ...profile, binds }), "--", ...command];
  const mounts = relayed.flatMap(({ bind, at }) => (at === undefined || bind.place === overlay ? [] : [bind.source, at]));
  if (mounts.length === 0 && overlay === undefined) return { program, args: bwrap.slice(1), user };

  const lower = profile.binds.find(({ place }) => place === overlay)?.source;
  const script = [
    MOUNTING,
    ...(overlay === undefined ? [] : [OVERLAYING]),
    user ? `exec setpriv --reuid ${user.uid} --regid ${user.gid} --clear-groups --inh-caps=-all -- "$@"` : 'exec "$@"',
  ].join("\n");
  const overlaid = overlay === undefined || lower === undefined ? [] : [join(spec.directory, "overlay"), user ? "" : ",userxattr"];
  const before = lower === undefined ? mounts : [...mounts, lower, join(spec.directory, "overlay", "lower")];
  const namespaces = user ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
  const args = [...namespaces, "--propagation", "private", "--", "/bin/sh", "-c", script, "dad", ...before, "--", ...overlaid, ...bwrap];
  return { program: "unshare", args, user: undefined };
}

interface Relayed {
  readonly bind: Bind;
  /** Where it is mounted for whoever does not get to it. */
  readonly at: string | undefined;
}

async function relayedBinds({ profile, user, directory, overlay }: LaunchSpec): Promise<readonly Relayed[]> {
  return Promise.all(
    profile.binds.map(async (bind, index) => {
      if (bind.place === overlay) return { bind, at: join(directory, "overlay", "merged") };
      if (!user || (await canReach(user, bind.source))) return { bind, at: undefined };
      return { bind, at: await relay(bind.source, join(directory, `bound-${index}`)) };
    }),
  );
}

/** What something is mounted on has to be of its kind. */
async function relay(source: string, at: string): Promise<string> {
  const isDirectory = (await stat(source)).isDirectory();
  await (isDirectory ? mkdir(at, { recursive: true }) : writeFile(at, ""));
  return at;
}
