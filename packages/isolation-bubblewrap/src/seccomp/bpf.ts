/**
 * Just enough of classic BPF for a seccomp filter, as blocks of instructions that end in a verdict or run on into what
 * follows them. So a block can be put anywhere, and nothing but its own length decides how far its jumps go.
 *
 * `struct sock_filter` and the opcodes are those of `linux/filter.h`, offsets those of `struct seccomp_data` in
 * `linux/seccomp.h`; see seccomp(2).
 */
export interface Instruction {
  readonly code: number;
  /** How many instructions are left out when the condition holds, and when it does not: 8 bits each. */
  readonly jt: number;
  readonly jf: number;
  /** 32 bits, unsigned. */
  readonly k: number;
}

export type Block = readonly Instruction[];

const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
const IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const IF_AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const IF_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

const OFFSET = { syscall: 0, arch: 4 } as const;
const ARGUMENTS = 16;
const FARTHEST_JUMP = 255;
const INSTRUCTION_BYTES = 8;

/** Ends with this verdict: one of the `SECCOMP_RET_*`. */
export function give(verdict: number): Block {
  return [instruction(RETURN, verdict)];
}

/** What the next conditions are about. */
export function load(field: keyof typeof OFFSET): Block {
  return [instruction(LOAD, OFFSET[field])];
}

/** The low half of an argument: all that the kernel reads of an `int`, of a mode, of flags. Both architectures are little-endian. */
export function loadArgument(index: number, mask?: number): Block {
  const low = instruction(LOAD, ARGUMENTS + 8 * index);
  return mask === undefined ? [low] : [low, instruction(AND, mask)];
}

/** The block, when what was loaded is one of the values. */
export function whenOneOf(values: readonly number[], block: Block): Block {
  // All but the last jump to the block over the comparisons that are left; the last one falls into it, or over it.
  const tests = values.map((value, index) => {
    const left = values.length - 1 - index;
    return left > 0 ? instruction(IF_EQUAL, value, { jt: left }) : instruction(IF_EQUAL, value, { jf: block.length });
  });
  return values.length === 0 ? [] : [...tests, ...block];
}

/** The block, when what was loaded is none of the values. */
export function whenNoneOf(values: readonly number[], block: Block): Block {
  const tests = values.map((value, index) => instruction(IF_EQUAL, value, { jt: values.length - 1 - index + block.length }));
  return [...tests, ...block];
}

export function whenAtLeast(value: number, block: Block): Block {
  return [instruction(IF_AT_LEAST, value, { jf: block.length }), ...block];
}

/** The block, when at least one bit of the mask is set. */
export function whenAnyBit(mask: number, block: Block): Block {
  return [instruction(IF_ANY_BIT, mask, { jf: block.length }), ...block];
}

/** An array of `struct sock_filter`. */
export function encode(program: Block): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(program.length * INSTRUCTION_BYTES));
  for (const [index, { code, jt, jf, k }] of program.entries()) {
    const at = index * INSTRUCTION_BYTES;
    bytes.setUint16(at, code, true);
    bytes.setUint8(at + 2, jt);
    bytes.setUint8(at + 3, jf);
    bytes.setUint32(at + 4, k, true);
  }
  return new Uint8Array(bytes.buffer);
}

function instruction(code: number, k: number, { jt = 0, jf = 0 }: { readonly jt?: number; readonly jf?: number } = {}): Instruction {
  if (Math.max(jt, jf) > FARTHEST_JUMP) throw new TypeError(`a jump over ${Math.max(jt, jf)} instructions is too far: at most ${FARTHEST_JUMP}`);
  return { code, jt, jf, k };
}
