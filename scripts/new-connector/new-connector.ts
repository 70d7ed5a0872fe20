import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { nameFault, variableOf } from './name.ts'
import { FORMATS, type Sketch, sourceOf, TYPES, testOf, wayOf } from './sketch.ts'
import { documented, wired } from './wire.ts'

const HELP = `npm run new:connector -- --name NAME --type TYPE --format FORMAT

Makes a connector to begin with: its file, its test, its line in the list and its chapter in docs/connectors.md.

  --name NAME       small letters, digits and hyphens: it stands in the path
  --type TYPE       streaming (POST /hooks/NAME/{sourceId}) or batch (npx tributary import FILE --connector NAME)
  --format FORMAT   json, csv or text`

interface Console {
  log(text: string): void
  error(text: string): void
}

/** Writes everything or nothing. Answers the exit code: 0, or 1 when it refuses. `root` is the project's folder. */
export function newConnector(args: string[], root: string, console: Console): number {
  const sketch = parse(args)
  if (sketch === 'help') {
    console.log(HELP)
    return 0
  }
  const fault = typeof sketch === 'string' ? sketch : faultOf(sketch, root)
  if (typeof sketch === 'string' || fault !== undefined) {
    console.error(`${fault}\n\n${HELP}`)
    return 1
  }
  const { name } = sketch
  const file = (path: string) => join(root, path)
  const [list, docs] = ['shared/connector/index.ts', 'docs/connectors.md']
  const written: Readonly<Record<string, string>> = {
    [`shared/connector/${name}.ts`]: sourceOf(sketch),
    [`shared/connector/${name}.test.ts`]: testOf(sketch),
    [list]: wired(readFileSync(file(list), 'utf8'), name),
    [docs]: documented(readFileSync(file(docs), 'utf8'), sketch),
  }
  for (const [path, text] of Object.entries(written)) {
    writeFileSync(file(path), text)
    console.log(`wrote ${path}`)
  }
  format(root, Object.keys(written))
  console.log(`\nTry it: npx vitest run --project core shared/connector/${name}.test.ts\nReach it: ${wayOf(sketch)}`)
  return 0
}

/** Where lines break depends on how long the name is: the formatter knows best. Without it the files work as well. */
function format(root: string, paths: readonly string[]): void {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const code = paths.filter((path) => path.endsWith('.ts'))
  if (!existsSync(biome)) return
  spawnSync(process.execPath, [biome, 'check', '--write', '--vcs-enabled=false', ...code], { cwd: root })
}

/** A text is what is wrong with the arguments. */
function parse(args: string[]): Sketch | string {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args,
      options: { name: text, type: text, format: text, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) return 'help'
    const type = TYPES.find((candidate) => candidate === values.type)
    const format = FORMATS.find((candidate) => candidate === values.format)
    if (values.name === undefined) return '--name is missing.'
    if (!type) return `--type is one of ${TYPES.join(', ')}.`
    if (!format) return `--format is one of ${FORMATS.join(', ')}.`
    return { name: values.name, type, format }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function faultOf({ name }: Sketch, root: string): string | undefined {
  const fault = nameFault(name)
  if (fault) return fault
  const taken = [`shared/connector/${name}.ts`, `shared/connector/${name}.test.ts`].find((path) =>
    existsSync(join(root, path)),
  )
  if (taken) return `The name ${name} is taken: there is a ${taken}.`
  const list = readFileSync(join(root, 'shared/connector/index.ts'), 'utf8')
  return new RegExp(`\\b${variableOf(name)}\\b`).test(list) ? `The name ${name} is taken.` : undefined
}
