import type { Environment } from '../local/settings.ts'

/**
 * A command of `npx tributary` as a value. To add one, write it and name it in commands.ts: the list, `--help` and the
 * answer to an unknown command come from there.
 */
export interface Command {
  readonly name: string
  /** What stands after the name: `FILE [--mapping NAME]`. */
  readonly usage: string
  /** One line, for the list. */
  readonly summary: string
  /** What `--help` says beyond that. */
  readonly help: string
  /** Answers the exit code. @throws CliError for what the person can do something about */
  readonly run: (args: string[], surroundings: Surroundings) => Promise<number>
}

/** What a command may touch, so that a test can give it something else. */
export interface Surroundings {
  readonly env: Environment
  readonly out: Out
}

export interface Out {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Trouble in the person's own words: shown alone, without a stack. */
export class CliError extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode: number = EXIT.trouble) {
    super(message)
    this.exitCode = exitCode
  }
}

export const EXIT = { done: 0, trouble: 1, usage: 2, rejected: 3, interrupted: 130 } as const
