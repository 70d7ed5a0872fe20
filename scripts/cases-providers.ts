import { readFileSync } from 'node:fs'
import { faultsOfItem, type VectorFile } from '../test/support/provider-case.ts'

/**
 * `npm run -s cases:providers -- FILE…`: runs provider vector files (contracts/providers.md §6) through the code that
 * serves `/hooks`. One line per failure, then `N passed, M failed`; the exit code is 1 when any failed, 2 when a file
 * cannot be read.
 */
async function main(files: readonly string[]): Promise<number> {
  if (files.length === 0) {
    console.error('usage: npm run -s cases:providers -- FILE…')
    return 2
  }
  let [passed, failed] = [0, 0]
  for (const path of files) {
    const file = readVectors(path)
    if (typeof file === 'string') {
      console.error(`${path}: ${file}`)
      return 2
    }
    for (const item of file.items) {
      const faults = await judged(file, item)
      if (faults.length === 0) passed += 1
      else {
        failed += 1
        console.log(`${path} ${String(item['id'])}: ${faults.join('; ')}`)
      }
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

function readVectors(path: string): VectorFile | string {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as VectorFile
    return Array.isArray(file.items) ? file : 'there is no list of `items` in it'
  } catch (cause) {
    return messageOf(cause)
  }
}

/** An item that cannot even be run is a failed item, not the end of the run. */
async function judged(file: VectorFile, item: VectorFile['items'][number]): Promise<readonly string[]> {
  try {
    return await faultsOfItem(file, item)
  } catch (cause) {
    return [messageOf(cause)]
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

process.exitCode = await main(process.argv.slice(2))
