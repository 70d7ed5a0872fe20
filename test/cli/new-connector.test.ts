import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newConnector } from '../../scripts/new-connector/new-connector.ts'
import { FORMATS, TYPES } from '../../scripts/new-connector/sketch.ts'

/** The generator, let loose on a copy of the rooms that a connector touches. */
let root: string
const said: string[] = []
const quiet = { log: (text: string) => said.push(text), error: (text: string) => said.push(text) }
const generate = (name: string, type: string, format: string) =>
  newConnector(['--name', name, '--type', type, '--format', format], root, quiet)

const names = TYPES.flatMap((type) => FORMATS.map((format) => ({ name: `a-${type}-of-${format}`, type, format })))

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'tributary-connector-'))
  cpSync('shared', join(root, 'shared'), { recursive: true })
  mkdirSync(join(root, 'docs'))
  for (const file of ['docs/connectors.md', 'tsconfig.json', 'biome.json', 'package.json'])
    cpSync(file, join(root, file))
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'))
  const compilerOptions = { types: [], lib: ['ES2024'] }
  const project = { extends: '../tsconfig.json', compilerOptions, include: ['connector/index.ts', 'connector/a-*.ts'] }
  writeFileSync(join(root, 'shared/tsconfig.json'), JSON.stringify(project))
  writeFileSync(join(root, 'vitest.config.ts'), 'export default {}\n')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('npm run new:connector', () => {
  test('makes connectors of every type and format that compile, pass their tests and are in the list', () => {
    for (const { name, type, format } of names) expect([name, generate(name, type, format)]).toEqual([name, 0])
    const list = readFileSync(join(root, 'shared/connector/index.ts'), 'utf8')
    const docs = readFileSync(join(root, 'docs/connectors.md'), 'utf8')
    for (const { name } of names) {
      expect(list).toContain(`from './${name}.ts'`)
      expect(docs).toContain(`### ${name}\n`)
    }
    const node = (script: string, ...args: readonly string[]) =>
      spawnSync(process.execPath, [join('node_modules', script), ...args], { cwd: root, encoding: 'utf8' })
    const compiled = node('typescript/bin/tsc', '-p', 'shared/tsconfig.json')
    expect([compiled.stdout, compiled.status]).toEqual(['', 0])
    const tested = node('vitest/vitest.mjs', 'run', 'shared/connector/a-')
    expect(tested.stdout).toMatch(/Tests .*12 passed/)
    const linted = node('@biomejs/biome/bin/biome', 'check', '--vcs-enabled=false', 'shared/connector')
    expect([linted.stdout, linted.stderr, linted.status]).toEqual([expect.anything(), '', 0])
    const listed = execFileSync(
      process.execPath,
      ['-e', "import('./shared/connector/index.ts').then((m) => console.log(m.CONNECTORS.map((c) => c.name).join()))"],
      { cwd: root, encoding: 'utf8' },
    )
    for (const { name } of names) expect(listed.trim().split(',')).toContain(name)
  }, 120_000)

  test.each([
    ['sms-text', 'taken'],
    ['smsText', 'none'],
    ['connect', 'taken'],
    ['index', 'taken'],
    ['sendgrid', 'provider'],
    ['standard-webhooks', 'provider'],
    ['class', 'word of the language'],
    ['default', 'word of the language'],
    ['Big', 'none'],
    ['a', 'none'],
    ['two--hyphens', 'none'],
    ['../escape', 'none'],
    ['ünï', 'none'],
    ['x'.repeat(41), 'none'],
  ])('refuses the name %s and writes nothing', (name, reason) => {
    const before = readFileSync(join(root, 'shared/connector/index.ts'), 'utf8')
    said.length = 0
    expect(generate(name, 'batch', 'json')).toBe(1)
    expect(said[0]?.split('\n')[0]).toContain(reason)
    expect(readFileSync(join(root, 'shared/connector/index.ts'), 'utf8')).toBe(before)
  })

  test.each([
    [['--type', 'batch', '--format', 'json'], '--name is missing.'],
    [['--name', 'ok', '--type', 'lazy', '--format', 'json'], '--type is one of streaming, batch.'],
    [['--name', 'ok', '--type', 'batch', '--format', 'xml'], '--format is one of json, csv, text.'],
    [['--nmae', 'ok'], "Unknown option '--nmae'"],
  ])('%s: %s', (args, message) => {
    said.length = 0
    expect(newConnector(args, root, quiet)).toBe(1)
    expect(said[0]).toContain(message)
    expect(said[0]).toContain('npm run new:connector')
  })
})
