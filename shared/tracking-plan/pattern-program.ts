/** What a pattern says, and the instructions it becomes: those of Thompson's machine, which walks all ways at once. */
export type PatternNode =
  | { readonly kind: 'char'; readonly test: (char: string) => boolean }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'either'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly node: PatternNode; readonly least: number; readonly most: number }

export type Assertion = 'start' | 'end' | 'boundary' | 'inside'

export type Instruction =
  | { readonly op: 'char'; readonly test: (char: string) => boolean }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'split'; readonly to: readonly number[] }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'match' }

/** Work per character is at most this; every repetition that is counted is written out. */
export const MOST_INSTRUCTIONS = 2_000

/** Longer than allowed, it is cut off: the caller looks at the length. */
export function programOf(node: PatternNode): readonly Instruction[] {
  const program: Instruction[] = []
  write(node, program)
  program.push({ op: 'match' })
  return program
}

function write(node: PatternNode, program: Instruction[]): void {
  if (program.length > MOST_INSTRUCTIONS) return
  switch (node.kind) {
    case 'char':
      program.push({ op: 'char', test: node.test })
      return
    case 'assert':
      program.push({ op: 'assert', what: node.what })
      return
    case 'sequence':
      for (const part of node.parts) write(part, program)
      return
    case 'either':
      writeEither(node.options, program)
      return
    case 'repeat':
      writeRepeat(node, program)
      return
  }
}

function writeEither(options: readonly PatternNode[], program: Instruction[]): void {
  const split = program.length
  program.push({ op: 'match' }) // its place is kept until its targets are known
  const starts: number[] = []
  const ends: number[] = []
  for (const option of options) {
    starts.push(program.length)
    write(option, program)
    ends.push(program.length)
    program.push({ op: 'match' })
  }
  program[split] = { op: 'split', to: starts }
  for (const end of ends) program[end] = { op: 'jump', to: program.length }
}

function writeRepeat({ node, least, most }: Extract<PatternNode, { kind: 'repeat' }>, program: Instruction[]): void {
  for (let i = 0; i < least && program.length <= MOST_INSTRUCTIONS; i++) write(node, program)
  if (most === Number.POSITIVE_INFINITY) {
    const split = program.length
    program.push({ op: 'match' })
    write(node, program)
    program.push({ op: 'jump', to: split })
    program[split] = { op: 'split', to: [split + 1, program.length] }
    return
  }
  const splits: number[] = []
  for (let i = least; i < most && program.length <= MOST_INSTRUCTIONS; i++) {
    splits.push(program.length)
    program.push({ op: 'match' })
    write(node, program)
  }
  for (const split of splits) program[split] = { op: 'split', to: [split + 1, program.length] }
}
