import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isObject, type JsonObject, type JsonValue } from '../../../shared/kernel/json.ts'
import { CliError } from '../command.ts'
import { withoutComments } from './json-comments.ts'

export const DEFAULT_FILE = 'tributary.config.json'
const DEFAULT_FILES = [DEFAULT_FILE, 'tributary.config.ts', 'tributary.config.mjs', 'tributary.config.js']
const MODULES: readonly string[] = ['.ts', '.mts', '.js', '.mjs']

/** The file that is meant, or the one of the usual name in this folder. @throws CliError when there is none */
export function configPath(given: string | undefined): string {
  const found = given ?? DEFAULT_FILES.find((name) => existsSync(name))
  if (found === undefined) {
    throw new CliError(`There is no ${DEFAULT_FILE} here: name the FILE, or write one with \`npx tributary pull\`.`)
  }
  return found
}

/** What the file says, as JSON. @throws CliError naming the place for what cannot be read */
export async function readConfig(path: string): Promise<JsonObject> {
  const ending = extname(path).toLowerCase()
  if (ending === '.yaml' || ending === '.yml')
    throw new CliError('YAML is not read: use JSON, which may have comments here.')
  const value = MODULES.includes(ending) ? await moduleValue(path) : jsonValue(path)
  if (!isObject(value)) throw new CliError(`${path} must hold an object of sections.`)
  return withCode(value, dirname(path))
}

/** Code may stand in a file of its own, `"code": { "file": "spelling.js" }`, named from the folder of this one. */
function withCode(config: JsonObject, folder: string): JsonObject {
  const filled = (entry: JsonValue): JsonValue => {
    if (!isObject(entry)) return entry
    const { code, settings } = entry
    const name = isObject(code) ? code['file'] : undefined
    const own = typeof name === 'string' ? { ...entry, code: textOf(join(folder, name)) } : entry
    return isObject(settings) ? { ...own, settings: filled(settings) } : own
  }
  const sections = Object.entries(config).map(([section, entries]) => [
    section,
    Array.isArray(entries) ? entries.map(filled) : entries,
  ])
  return Object.fromEntries(sections) as JsonObject
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}.`)
  }
}

function jsonValue(path: string): unknown {
  const text = textOf(path)
  try {
    return JSON.parse(withoutComments(text.replace(/^\uFEFF/, '')))
  } catch (error) {
    throw new CliError(`${path} is no JSON: ${error instanceof Error ? error.message : error}`)
  }
}

/** The default export of a module, which may be a function; what is no JSON in it is left out, as JSON.stringify has it. */
async function moduleValue(path: string): Promise<unknown> {
  try {
    const { default: exported } = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown }
    const value: unknown = typeof exported === 'function' ? await exported() : exported
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
  } catch (error) {
    throw new CliError(`${path} cannot be loaded: ${error instanceof Error ? error.message : error}`)
  }
}
