import { readFileSync } from 'node:fs'
import { type Case, faultsOf } from '../test/support/case-runner.ts'

/**
 * `npm run -s cases:segments -- FILE`: folds each case's messages and compares membership with what the case expects.
 * One line per failing case, then `N passed, M failed`; the exit code is 1 when any failed, 2 when there is no such file.
 */
function main(file: string | undefined): number {
  if (file === undefined) {
    console.error('usage: npm run -s cases:segments -- FILE')
    return 2
  }
  let cases: readonly Case[]
  try {
    cases = (JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] }).cases
    if (!Array.isArray(cases)) throw new Error('there is no list of `cases` in it')
  } catch (cause) {
    console.error(`${file}: ${messageOf(cause)}`)
    return 2
  }
  let failed = 0
  for (const each of cases) {
    const faults = judged(each)
    if (faults.length === 0) continue
    failed += 1
    console.log(`${each.id} ${each.title}: ${faults.join('; ')}`)
  }
  console.log(`${cases.length - failed} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

/** A case that cannot even be read is a failed case, not the end of the run. */
function judged(each: Case): readonly string[] {
  try {
    return faultsOf(each)
  } catch (cause) {
    return [messageOf(cause)]
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

process.exitCode = main(process.argv[2])
