import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isObject, jsonOf } from '../../shared/kernel/json.ts'
import { isPersonThere } from './ask.ts'
import { CliError, EXIT } from './command.ts'
import { callApi, type Server } from './server.ts'

/** Puts another event into a letter: from a file, from `-`, or as the person leaves it in the editor. Answers whether it differs. */
export async function editLetter(
  server: Server,
  path: string,
  event: object,
  file: string | undefined,
): Promise<boolean> {
  const before = `${JSON.stringify(event, null, 2)}\n`
  const after = file === undefined ? fromEditor(before) : readText(file)
  const mended = jsonOf(after)
  if (!isObject(mended))
    throw new CliError(`${file ?? 'What the editor left'} is no JSON object; the letter stays as it was.`)
  if (JSON.stringify(mended) === JSON.stringify(event)) return false
  const headers = { 'content-type': 'application/json' }
  await callApi(server, path, { method: 'PUT', headers, body: JSON.stringify({ event: mended }) })
  return true
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}.`)
  }
}

/** The event is somebody's: it is in a folder that nobody else can read, and gone afterwards. */
function fromEditor(text: string): string {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || (isPersonThere() ? 'vi' : undefined)
  if (editor === undefined)
    throw new CliError('There is no terminal to edit in: give the event with --file FILE, or -.', EXIT.usage)
  const folder = mkdtempSync(join(tmpdir(), 'tributary-letter-'))
  try {
    const path = join(folder, 'event.json')
    writeFileSync(path, text, { mode: 0o600 })
    const { status, error } = spawnSync(`${editor} "${path}"`, { stdio: 'inherit', shell: true })
    if (error || status !== 0)
      throw new CliError(`${editor} ended with ${error?.message ?? status}; the letter stays as it was.`)
    return readFileSync(path, 'utf8')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
