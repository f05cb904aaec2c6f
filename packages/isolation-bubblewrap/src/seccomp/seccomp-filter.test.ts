import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RULES } from "./rules.ts";
import { seccompFilter } from "./seccomp-filter.ts";
import { type Syscall, syscallNumber } from "./syscalls.ts";

const ARCHES = ["x64", "arm64"] as const;
const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 };
const [KILL, ALLOW, EPERM, ENOSYS, EAFNOSUPPORT] = [0x80000000, 0x7fff0000, 0x50001, 0x50026, 0x50061];

interface Call {
  readonly arch: number;
  readonly nr: number;
  readonly args: readonly bigint[];
}

/** What the kernel gives a filter: `struct seccomp_data`. */
function seccompData({ arch, nr, args }: Call): DataView {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, nr, true);
  data.setUint32(4, arch, true);
  data.setBigUint64(8, 0x7fff_1234_5678n, true);
  for (const [index, value] of args.entries()) data.setBigUint64(16 + 8 * index, value, true);
  return data;
}

/** Classic BPF as the kernel runs it, and as strict: what it would not load is an error here. */
function run(filter: Uint8Array, call: Call): number {
  const program = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  const data = seccompData(call);
  let accumulator = 0;
  for (let at = 0; at < filter.byteLength; at += 8) {
    const [code, jt, jf, k] = [program.getUint16(at, true), program.getUint8(at + 2), program.getUint8(at + 3), program.getUint32(at + 4, true)];
    const jump = (holds: boolean): void => void (at += 8 * (holds ? jt : jf));
    if (code === 0x20 && k % 4 === 0) accumulator = data.getUint32(k, true);
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x15) jump(accumulator === k);
    else if (code === 0x35) jump(accumulator >= k);
    else if (code === 0x45) jump((accumulator & k) !== 0);
    else if (code === 0x06) return k;
    else throw new Error(`instruction ${at / 8} has the unknown opcode ${code}`);
  }
  throw new Error("the filter runs off its end");
}

function call(arch: (typeof ARCHES)[number], name: Syscall, args: readonly (number | bigint)[]): Call {
  const nr = syscallNumber(name, arch);
  if (nr === undefined) throw new Error(`${arch} has no ${name}`);
  return { arch: AUDIT_ARCH[arch], nr, args: args.map(BigInt) };
}

const anyArgs = fc.array(fc.bigInt(0n, 2n ** 64n - 1n), { minLength: 6, maxLength: 6 });

describe.each(ARCHES)("the seccomp filter for %s", (arch) => {
  const filter = seccompFilter(arch);
  const verdict = (name: Syscall, ...args: (number | bigint)[]): number => run(filter, call(arch, name, args));
  const ruled = new Set(RULES.flatMap(({ calls }) => calls.map((name) => syscallNumber(name, arch))));

  it("is what the kernel loads: few enough whole instructions, jumps that stay inside, a verdict at every end", () => {
    const program = new DataView(filter.buffer, filter.byteOffset);
    const length = filter.byteLength / 8;
    expect(length).toBeLessThan(4096);
    expect(Number.isInteger(length)).toBe(true);
    const jumps = Array.from({ length: length - 1 }, (_, index) => {
      const returns = program.getUint16(8 * index, true) === 0x06;
      return returns ? 0 : index + 1 + Math.max(program.getUint8(8 * index + 2), program.getUint8(8 * index + 3));
    });
    expect(Math.max(...jumps)).toBeLessThan(length);
    expect(program.getUint16(8 * (length - 1), true)).toBe(0x06);
  });

  it("kills a process of another architecture whatever it calls", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), fc.nat({ max: 600 }), anyArgs, (other, nr, args) => {
        fc.pre(other !== AUDIT_ARCH[arch]);
        expect(run(filter, { arch: other, nr, args })).toBe(KILL);
      }),
    );
  });

  it("lets every call through that no rule names", () => {
    const others = Array.from({ length: 1000 }, (_, nr) => nr).filter((nr) => !ruled.has(nr));
    fc.assert(
      fc.property(anyArgs, (args) => {
        for (const nr of others) expect(run(filter, { arch: AUDIT_ARCH[arch], nr, args })).toBe(ALLOW);
      }),
      { numRuns: 10 },
    );
  });

  it("refuses what is never allowed whatever the arguments", () => {
    const always = RULES.filter(({ when }) => when === undefined).flatMap(({ calls, fails }) => calls.map((name) => ({ name, fails })));
    const present = always.filter(({ name }) => syscallNumber(name, arch) !== undefined);
    expect(present.length).toBeGreaterThan(50);
    fc.assert(
      fc.property(anyArgs, (args) => {
        for (const { name, fails } of present) expect([name, verdict(name, ...args)]).toEqual([name, fails === "EPERM" ? EPERM : ENOSYS]);
      }),
    );
  });

  it("makes those who have a fall-back use it: clone3 and openat2 do not exist", () => {
    expect([verdict("clone3"), verdict("openat2")]).toEqual([ENOSYS, ENOSYS]);
  });

  it("refuses new namespaces, and lets threads and processes be made", () => {
    const namespaces = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000];
    for (const flag of namespaces) expect([verdict("clone", flag | 17), verdict("unshare", flag)]).toEqual([EPERM, EPERM]);
    expect(verdict("unshare", 0x80)).toBe(EPERM);
    // A thread, a fork, and a fork with an exit signal that has the bit of CLONE_NEWTIME.
    expect([verdict("clone", 0x3d0f00), verdict("clone", 0x1200011), verdict("clone", 0x80)]).toEqual([ALLOW, ALLOW, ALLOW]);
    expect(verdict("unshare", 0x400)).toBe(ALLOW);
  });

  it("refuses to type for the terminal, also with bits set that the kernel ignores", () => {
    for (const request of [0x5412n, 0x541cn, 0x5423n]) {
      expect([verdict("ioctl", 0, request), verdict("ioctl", 0, request | (1n << 32n))]).toEqual([EPERM, EPERM]);
    }
    expect([verdict("ioctl", 0, 0x5401), verdict("ioctl", 0, 0x5413)]).toEqual([ALLOW, ALLOW]);
  });

  it("opens sockets of the internet, of Unix, and for asking about routes, no others", () => {
    for (const family of [1, 2, 10]) {
      expect([verdict("socket", family, 1, 6), verdict("socketpair", family, 1, 0)]).toEqual([ALLOW, ALLOW]);
      // The upper half is ignored by the kernel; so it must not hide a family.
      expect(verdict("socket", (1n << 32n) | BigInt(family), 1, 0)).toBe(ALLOW);
    }
    expect([verdict("socket", 16, 3, 0), verdict("socket", 16, 3, 12), verdict("socket", 16, 3, 1n << 32n)]).toEqual([ALLOW, EAFNOSUPPORT, ALLOW]);
    for (const family of [0, 3, 17, 38, 40, 44, 0x100000002 + 38]) expect(verdict("socket", family, 1, 0)).toBe(EAFNOSUPPORT);
  });

  it("speaks no protocol of the internet but the usual ones, whatever flags a socket has", () => {
    const flags = 0o2004000;
    for (const family of [2, 10]) {
      for (const [type, protocol] of [
        [1, 0],
        [1, 6],
        [2, 17],
        [2, 1],
        [2, 58],
        [3, 1],
      ] as const)
        expect(verdict("socket", family, type | flags, protocol)).toBe(ALLOW);
      for (const [type, protocol] of [
        [1, 132],
        [5, 0],
        [6, 33],
        [1, 262],
        [2, 136],
        [2, 115],
      ] as const)
        expect(verdict("socket", family, type | flags, protocol)).toBe(EAFNOSUPPORT);
    }
    expect(verdict("socket", 1, 5, 0)).toBe(ALLOW);
  });

  it("makes no file that runs as somebody else, and no device", () => {
    for (const mode of [0o4755, 0o2755, 0o6777, 0o104755]) {
      expect(verdict("fchmod", 3, mode)).toBe(EPERM);
      for (const name of ["fchmodat", "fchmodat2", "mkdirat", "mknodat"] as const) expect([name, verdict(name, 3, 0, mode)]).toEqual([name, EPERM]);
    }
    expect([verdict("fchmod", 3, 0o1777), verdict("fchmodat", 3, 0, 0o755), verdict("mkdirat", 3, 0, 0o1777)]).toEqual([ALLOW, ALLOW, ALLOW]);
    expect([0o020666, 0o060660].map((mode) => verdict("mknodat", 3, 0, mode))).toEqual([EPERM, EPERM]);
    expect([0o010644, 0o100644, 0o140755, 0o644].map((mode) => verdict("mknodat", 3, 0, mode))).toEqual([ALLOW, ALLOW, ALLOW, ALLOW]);
  });

  it("looks at the mode of what is opened only when that may be made", () => {
    const [create, temporary, read] = [0o101, 0o20000002, 0];
    expect([verdict("openat", 3, 0, create, 0o4755), verdict("openat", 3, 0, temporary, 0o2755)]).toEqual([EPERM, EPERM]);
    expect([verdict("openat", 3, 0, create, 0o644), verdict("openat", 3, 0, read, 0o4755)]).toEqual([ALLOW, ALLOW]);
  });
});

describe("the seccomp filter for x64", () => {
  const filter = seccompFilter("x64");
  const verdict = (name: Syscall, ...args: number[]): number => run(filter, call("x64", name, args));

  it("has no calls of the x32 interface", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0x40000000, max: 0xffffffff }), anyArgs, (nr, args) => {
        expect(run(filter, { arch: AUDIT_ARCH.x64, nr, args })).toBe(ENOSYS);
      }),
    );
  });

  it("knows the older calls that make files as well", () => {
    for (const name of ["chmod", "creat", "mkdir", "mknod"] as const) expect([name, verdict(name, 0, 0o4755)]).toEqual([name, EPERM]);
    for (const name of ["chmod", "creat", "mkdir", "mknod"] as const) expect([name, verdict(name, 0, 0o755)]).toEqual([name, ALLOW]);
    expect([verdict("open", 0, 0o100, 0o4755), verdict("open", 0, 0o100, 0o644), verdict("open", 0, 0, 0o4755)]).toEqual([EPERM, ALLOW, ALLOW]);
    expect(verdict("mknod", 0, 0o020666)).toBe(EPERM);
  });
});
