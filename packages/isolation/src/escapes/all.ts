import type { EscapeAttempt } from "./attempt.ts";
import { ENV } from "./env.ts";
import { FS_META } from "./fs-meta.ts";
import { FS_READ } from "./fs-read.ts";
import { FS_SPECIAL } from "./fs-special.ts";
import { FS_WRITE } from "./fs-write.ts";
import { HOST_DEATH } from "./host-death.ts";
import { LIFETIME } from "./lifetime.ts";
import { LIMITS } from "./limits.ts";
import { NET } from "./net.ts";
import { NET_ALLOWLIST } from "./net-allowlist.ts";
import { PRIV } from "./priv.ts";
import { PROC } from "./proc.ts";
import { WORKSPACE } from "./workspace.ts";

/** Every way out that is tried, by guard. */
export const ESCAPES: readonly EscapeAttempt[] = [
  ...ENV,
  ...FS_READ,
  ...FS_WRITE,
  ...FS_META,
  ...FS_SPECIAL,
  ...WORKSPACE,
  ...NET,
  ...NET_ALLOWLIST,
  ...PROC,
  ...LIFETIME,
  ...HOST_DEATH,
  ...PRIV,
  ...LIMITS,
];
