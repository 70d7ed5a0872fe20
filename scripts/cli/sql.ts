import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { cacheFolder, fileCache } from '../lake/file-cache.ts'
import { lakeOf } from '../lake/lake-source.ts'
import { runSql } from '../lake/run-sql.ts'
import { VIEWS } from '../lake/views.ts'
import { FLAG, instantOf, ON, readArguments, TEXT } from './arguments.ts'
import { CliError, type Command, EXIT } from './command.ts'
import { theServer } from './server.ts'

export const sqlCommand: Command = {
  name: 'sql',
  usage: '"select …" [--json|--csv]',
  summary: 'asks the lake: DuckDB over events, profiles, segment_members, …',
  help: `Runs SQL over the lake with DuckDB, in this process. What has just arrived is there, too. Times are TIMESTAMPTZ, in UTC,
objects are JSON: properties->>'$.total'. The statement comes as an argument, from a file, or from standard input.

${VIEWS.map(({ name, columns }) => `  ${name.padEnd(16)} ${columns}`).join('\n')}
  lake_info        view, origin, as_of, rows, files, bytes: where the rows of the views come from, and when

  -f, --file FILE    the statements of a file; - is standard input
  --json             one array of objects, and nothing else
  --csv              CSV with a header, safe to open in a spreadsheet
  --limit N          at most so many rows; a table shows 200
  --from, --to TIME  only events that arrived on these days: less to fetch
  --explain          how DuckDB goes about it, instead of the rows
  --workspace ID     refuses unless the token is of this workspace
  --no-cache         keeps nothing on disk; otherwise files are kept beside the state of the local server, or in ~/.cache
  --unsafe           DuckDB may read and write files and load extensions: all that you may do

Exit code 0: done, 1: it went wrong, 2: it was called wrongly.`,
  async run(args, { env, out }) {
    const { values, positionals } = readArguments(args, {
      file: { type: 'string', short: 'f' },
      json: FLAG,
      csv: FLAG,
      limit: TEXT,
      from: TEXT,
      to: TEXT,
      explain: FLAG,
      workspace: TEXT,
      cache: ON,
      unsafe: FLAG,
    })
    if (values.json && values.csv) throw new CliError('--json or --csv, and not both.', EXIT.usage)
    const sql = await statementOf(values.file, positionals)
    const server = theServer(env)
    const source = lakeOf(server)
    const folder = mkdtempSync(join(tmpdir(), 'tributary-sql-'))
    const cleanUp = () => rmSync(folder, { recursive: true, force: true })
    process.once('exit', cleanUp) // Ctrl-C, too: what lies there is about people.
    const stop = () => process.exit(EXIT.interrupted)
    process.once('SIGINT', stop)
    try {
      await runSql(source, {
        sql: values.explain ? `EXPLAIN ${sql}` : sql,
        folder,
        cacheOf: (workspace) =>
          fileCache(values.cache ? cacheFolder(env, server.url, workspace) : join(folder, 'files')),
        workspace: values.workspace,
        range: {
          from: values.from === undefined ? undefined : instantOf('--from', values.from, Date.now()).slice(0, 10),
          to: values.to === undefined ? undefined : instantOf('--to', values.to, Date.now()).slice(0, 10),
        },
        isUnsafe: values.unsafe,
        format: values.json ? 'json' : values.csv ? 'csv' : 'table',
        limit: limitOf(values.limit),
        out,
      })
      return EXIT.done
    } finally {
      cleanUp()
      process.off('exit', cleanUp)
      process.off('SIGINT', stop)
    }
  },
}

async function statementOf(file: string | undefined, positionals: readonly string[]): Promise<string> {
  const [given, ...more] = positionals
  if (more.length > 0) throw new CliError('sql takes one statement, in quotes; see --help.', EXIT.usage)
  if (given !== undefined && file !== undefined) throw new CliError('A statement or --file, and not both.', EXIT.usage)
  const sql = given !== undefined && given !== '-' ? given : await readStatements(file ?? '-')
  if (sql.trim() === '') throw new CliError('There is no statement to run; see --help.', EXIT.usage)
  return sql
}

async function readStatements(file: string): Promise<string> {
  if (file !== '-') {
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      throw new CliError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
    }
  }
  if (process.stdin.isTTY)
    throw new CliError('What is to be asked? npx tributary sql "select …"; see --help.', EXIT.usage)
  return textOf(process.stdin)
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1)
    throw new CliError(`--limit is a number of rows, and not ${text}.`, EXIT.usage)
  return limit
}
