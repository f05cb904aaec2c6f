import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostUser } from "./change-owner.ts";
import { canReach } from "./host-user.ts";
import { type Bind, bwrapArguments, type Profile } from "./profile.ts";
import type { Launch } from "./sandbox.ts";

/** Mounts pairs of a directory and a place, then becomes the rest of what it is given. */
const MOUNTING = `while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit 1; shift 2; done
shift`;
/** Mounts what is changed over what is there, with directories of our own, whose names hold nothing that \`mount\` would take for an option. */
const OVERLAYING = `cd "$1" && mount -t overlay dad -o "lowerdir=lower,upperdir=upper,workdir=work,$2" merged || exit 1
shift 2`;
/**
 * Who gives the whole to another user copies what the files are said to be, and not what they hold. What tells that apart is kept where
 * only root can write (`trusted.overlay.*` of xattr(7)).
 */
const OF_ROOT = "metacopy=on,redirect_dir=on,index=off,xino=off";
const OF_ANYBODY = "userxattr";

export interface LaunchSpec {
  readonly program: string;
  readonly profile: Profile;
  readonly user: HostUser | undefined;
  /** A directory that only the user of the sandbox gets into, for what is mounted on the way. */
  readonly directory: string;
  /** What is to be changed apart from the host: a place among the binds. */
  readonly overlay: string | undefined;
  readonly command: readonly string[];
  /** What a shell is to do on the way, as the user of the sandbox. */
  readonly before: string | undefined;
}

/**
 * How bwrap is to be started. Where its user would not get to what is bound, and for an overlay, a mount namespace comes before it,
 * in which that is mounted where it does. All of it is one process: whoever is to end with this one does.
 */
export function launchOf(spec: LaunchSpec): Omit<Launch, "filter" | "inherited"> {
  const { program, profile, user, overlay, command } = spec;
  const relayed = relayedBinds(spec);
  const binds = relayed.map(({ bind, at }) => (at === undefined ? bind : { ...bind, source: at }));
  const bwrap = [program, ...bwrapArguments({ ...profile, binds }), "--", ...command];
  const mounts = relayed.flatMap(({ bind, at }) => (at === undefined || bind.place === overlay ? [] : [bind.source, at]));
  const becoming = spec.before === undefined ? bwrap : ["/bin/sh", "-c", `${spec.before}\nexec "$@"`, "dad", ...bwrap];
  const [first = program, ...rest] = becoming;
  if (mounts.length === 0 && overlay === undefined) return { program: first, args: rest, user };

  const lower = profile.binds.find(({ place }) => place === overlay)?.source;
  const script = [
    MOUNTING,
    ...(overlay === undefined ? [] : [OVERLAYING]),
    user ? `exec setpriv --reuid ${user.uid} --regid ${user.gid} --clear-groups --inh-caps=-all -- "$@"` : 'exec "$@"',
  ].join("\n");
  const overlaid = overlay === undefined || lower === undefined ? [] : [join(spec.directory, "overlay"), user ? OF_ROOT : OF_ANYBODY];
  const pairs = lower === undefined ? mounts : [...mounts, lower, join(spec.directory, "overlay", "lower")];
  const namespaces = user ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
  const args = [...namespaces, "--propagation", "private", "--", "/bin/sh", "-c", script, "dad", ...pairs, "--", ...overlaid, ...becoming];
  return { program: "unshare", args, user: undefined };
}

interface Relayed {
  readonly bind: Bind;
  /** Where it is mounted for whoever does not get to it. */
  readonly at: string | undefined;
}

function relayedBinds({ profile, user, directory, overlay }: LaunchSpec): readonly Relayed[] {
  return profile.binds.map((bind, index) => {
    if (bind.place === overlay) return { bind, at: join(directory, "overlay", "merged") };
    return { bind, at: !user || canReach(user, bind.source) ? undefined : relay(bind.source, join(directory, `bound-${index}`)) };
  });
}

/** What something is mounted on has to be of its kind. */
function relay(source: string, at: string): string {
  if (statSync(source).isDirectory()) mkdirSync(at, { recursive: true });
  else writeFileSync(at, "");
  return at;
}
