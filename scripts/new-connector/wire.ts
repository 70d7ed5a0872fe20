import { variableOf } from './name.ts'
import { type Sketch, wayOf } from './sketch.ts'

/** The list of connectors with one more, imports and names in the order that the linter wants. */
export function wired(list: string, name: string): string {
  const variable = variableOf(name)
  const lines = list.split('\n')
  const imports = lines.filter((line) => /^import \{/.test(line)).concat(`import { ${variable} } from './${name}.ts'`)
  const path = (line: string) => /'([^']+)'/.exec(line)?.[1] as string
  imports.sort((a, b) => (path(a) < path(b) ? -1 : 1))
  const types = lines.filter((line) => line.startsWith('import type'))
  const rest = lines.filter((line) => !line.startsWith('import '))
  const named = rest.join('\n').replace(/(CONNECTORS: readonly Connector\[\] = )\[([^\]]*)\]/, (_, head, names) => {
    const all = `${names},${variable}`.split(',').map((each: string) => each.trim())
    const sorted = all.filter((each) => each !== '').sort()
    const line = `${head}[${sorted.join(', ')}]`
    return line.length + 'export const '.length <= 120 ? line : `${head}[\n  ${sorted.join(',\n  ')},\n]`
  })
  return [...types, ...imports, named].join('\n')
}

/** The documentation with a chapter for the new connector at its end. */
export function documented(docs: string, sketch: Sketch): string {
  const chapter = [
    `### ${sketch.name}`,
    '',
    `${sketch.type}, ${sketch.format}: ${wayOf(sketch)}`,
    '',
    '| here | becomes |',
    '| --- | --- |',
    ...sketchRows(sketch),
  ]
  return `${docs.trimEnd()}\n\n${chapter.join('\n')}\n`
}

function sketchRows({ format }: Sketch): readonly string[] {
  if (format === 'text')
    return ['| sender before the first colon | `context.externalIds`, phone |', '| the rest | `properties.text` |']
  return [
    '| `id` | `userId` |',
    '| `action` | `event` |',
    '| `time` | `timestamp` |',
    '| everything else | `properties` |',
  ]
}
