import { err, ok, type Result } from '../kernel/result.ts'
import { type Instruction, MOST_INSTRUCTIONS, type PatternNode, programOf } from './pattern-program.ts'

/**
 * Regular expressions of a schema, matched in time linear in the text. The engine's own backtrack: `(a+)+$` takes minutes
 * for forty letters, and both the pattern and the text come from strangers. What needs backtracking (references back,
 * looking around) is refused when the schema is saved.
 */
export interface Pattern {
  readonly source: string
  readonly program: readonly Instruction[]
}

const MOST_CHARS = 500
const MOST_REPEATS = 1_000

/** A pattern, or what is wrong with it in words. */
export function compilePattern(source: string): Result<Pattern, string> {
  if (source.length > MOST_CHARS) return err(`has more than ${MOST_CHARS} characters`)
  if (!isExpression(source)) return err('is no regular expression')
  const reader: Reader = { chars: Array.from(source), at: 0, unicode: isExpression(source, 'u') }
  try {
    const program = programOf(readEither(reader))
    if (program.length > MOST_INSTRUCTIONS) return err('is too large when its repetitions are written out')
    return ok({ source, program })
  } catch (fault) {
    if (fault instanceof Unsupported) return err(fault.message)
    throw fault
  }
}

/** Thrown inside of this module only: a parser that goes down by functions comes back by one. */
class Unsupported extends Error {}

interface Reader {
  readonly chars: readonly string[]
  at: number
  readonly unicode: boolean
}

function isExpression(source: string, flags = ''): boolean {
  try {
    new RegExp(source, flags)
    return true
  } catch {
    return flags === '' && isExpression(source, 'u')
  }
}

function readEither(reader: Reader): PatternNode {
  const options = [readSequence(reader)]
  while (reader.chars[reader.at] === '|') {
    reader.at++
    options.push(readSequence(reader))
  }
  return options.length === 1 ? (options[0] as PatternNode) : { kind: 'either', options }
}

function readSequence(reader: Reader): PatternNode {
  const parts: PatternNode[] = []
  for (let char = reader.chars[reader.at]; char !== undefined && char !== '|' && char !== ')'; ) {
    parts.push(readRepeated(reader))
    char = reader.chars[reader.at]
  }
  return { kind: 'sequence', parts }
}

function readRepeated(reader: Reader): PatternNode {
  const node = readAtom(reader)
  const times = readTimes(reader)
  if (!times) return node
  if (reader.chars[reader.at] === '?') reader.at++ // lazy or greedy: whether it matches is the same
  return { kind: 'repeat', node, ...times }
}

function readTimes(reader: Reader): { readonly least: number; readonly most: number } | undefined {
  const char = reader.chars[reader.at]
  if (char === '*' || char === '+' || char === '?') {
    reader.at++
    return { least: char === '+' ? 1 : 0, most: char === '?' ? 1 : Number.POSITIVE_INFINITY }
  }
  const counted = /^\{(\d+)(,(\d*))?\}/.exec(reader.chars.slice(reader.at, reader.at + 20).join(''))
  if (!counted) return undefined
  reader.at += counted[0].length
  const least = Number(counted[1])
  const most = counted[2] === undefined ? least : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3])
  if (Math.max(least, most === Number.POSITIVE_INFINITY ? 0 : most) > MOST_REPEATS)
    throw new Unsupported(`repeats more than ${MOST_REPEATS} times`)
  return { least, most }
}

function readAtom(reader: Reader): PatternNode {
  const char = reader.chars[reader.at] as string
  reader.at++
  if (char === '(') return readGroup(reader)
  if (char === '^') return { kind: 'assert', what: 'start' }
  if (char === '$') return { kind: 'assert', what: 'end' }
  if (char === '[') return atomOf(readClass(reader), reader)
  if (char === '.') return atomOf('.', reader)
  if (char === '\\') return readEscape(reader)
  return { kind: 'char', test: (one) => one === char }
}

function readGroup(reader: Reader): PatternNode {
  const rest = reader.chars.slice(reader.at, reader.at + 100).join('')
  const opening = /^\?(?::|<[A-Za-z_$][\w$]*>)/.exec(rest)
  if (opening) reader.at += opening[0].length
  else if (rest.startsWith('?')) throw new Unsupported('looks around (`(?=`, `(?!`, `(?<`), which is not supported')
  const node = readEither(reader)
  reader.at++ // the closing bracket: the engine has read the whole before
  return node
}

function readClass(reader: Reader): string {
  const from = reader.at - 1
  while (reader.at < reader.chars.length && reader.chars[reader.at] !== ']')
    reader.at += reader.chars[reader.at] === '\\' ? 2 : 1
  reader.at++
  return reader.chars.slice(from, reader.at).join('')
}

const CODED = /^(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]+\}|[pP]\{[^}]*\}|[dDwWsSnrtfv0])/

function readEscape(reader: Reader): PatternNode {
  const rest = reader.chars.slice(reader.at, reader.at + 60).join('')
  const first = rest[0] as string
  if (first === 'b' || first === 'B') {
    reader.at++
    return { kind: 'assert', what: first === 'b' ? 'boundary' : 'inside' }
  }
  if (/^[1-9k]/.test(rest)) throw new Unsupported('refers back to a group, which is not supported')
  const coded = CODED.exec(rest)?.[0]
  if (coded !== undefined && (reader.unicode || !/^(?:u\{|[pP])/.test(coded))) {
    reader.at += Array.from(coded).length
    return atomOf(`\\${coded}`, reader)
  }
  if (first === 'c') throw new Unsupported('has a control escape, which is not supported')
  const literal = reader.chars[reader.at] as string
  reader.at++
  return { kind: 'char', test: (one) => one === literal }
}

/** The engine itself tells whether one character is meant: a single one leaves it nothing to go back over. */
function atomOf(source: string, { unicode }: Reader): PatternNode {
  const expression = new RegExp(`^${source}$`, unicode ? 'u' : '')
  return { kind: 'char', test: (one) => expression.test(one) }
}

const WORD = /^\w$/

/**
 * Whether the pattern matches anywhere in the text. `spend` is told of the work before it is done and answers whether
 * there is time for it; without, the answer is no.
 */
export function matchesPattern({ program }: Pattern, text: string, spend: (steps: number) => boolean): boolean {
  const chars = Array.from(text)
  let current: number[] = []
  const seen = new Int32Array(program.length).fill(-1)
  const isWord = (i: number) => i >= 0 && i < chars.length && WORD.test(chars[i] as string)
  const holds = (what: string, i: number) => {
    if (what === 'start') return i === 0
    if (what === 'end') return i === chars.length
    return (isWord(i - 1) !== isWord(i)) === (what === 'boundary')
  }
  /** Answers whether the end was reached. */
  const follow = (from: number, i: number, into: number[]): boolean => {
    const stack = [from]
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen[at] === i) continue
      seen[at] = i
      const instruction = program[at] as Instruction
      if (instruction.op === 'match') return true
      if (instruction.op === 'char') into.push(at)
      else if (instruction.op === 'split') stack.push(...instruction.to)
      else if (instruction.op === 'jump') stack.push(instruction.to)
      else if (holds(instruction.what, i)) stack.push(at + 1)
    }
    return false
  }
  for (let i = 0; i <= chars.length; i++) {
    if (!spend(1 + (current.length >> 2))) return false
    const next: number[] = []
    for (const at of current) {
      const { test } = program[at] as Extract<Instruction, { op: 'char' }>
      if (test(chars[i - 1] as string) && follow(at + 1, i, next)) return true
    }
    if (follow(0, i, next)) return true
    current = next
  }
  return false
}
