import { identifierOf } from '../shared/identity/identifier.ts'
import { isObject, jsonOf } from '../shared/kernel/json.ts'
import type { KnownRow } from '../shared/model/difference.ts'
import type { Erasing, IsTheirs } from './erase-archive.ts'
import { type ErasedPerson, keyedBy } from './erased-person.ts'
import { knownRowKeys, rowKeys, rowMark } from './model-people.ts'
import { MODEL_COLUMNS, type Model, type ModelRow, modelOf } from './model-row.ts'
import { openModelRun, RUN_KIND } from './model-runs.ts'
import { foldersOf, forgetPages, type ModelState, readPage, readState, swapState, writePage } from './model-state.ts'
import { eraseUpload } from './model-upload.ts'

/**
 * Taking a person out of what models remember: the rows that were told, the rows that were laid down, and what runs say of
 * themselves. What is left is a mark that says nothing of anybody, so that the same row is not told as news: the source has
 * it still. A run that had read something of theirs begins again.
 */

/**
 * One page. Places: `<model>|` a model that comes next, `<model>|<generation>|<erasures>|<page>` a page of what one knows,
 * as it was when its first page was looked at.
 */
export async function eraseFromModels(
  env: Env,
  workspace: string,
  person: ErasedPerson,
  isTheirs: IsTheirs,
  at: string | null,
): Promise<Erasing> {
  const [id = '', ...place] = (at ?? '').split('|')
  const row = await env.DB.prepare(
    `SELECT ${MODEL_COLUMNS} FROM models WHERE workspace = ? AND id ${place.length === 3 ? '=' : '>'} ? ORDER BY id LIMIT 1`,
  )
    .bind(workspace, id)
    .first<ModelRow>()
  // Deleted meanwhile, with everything it knew.
  if (!row) return { removed: 0, next: place.length === 3 ? `${id}|` : null }
  const model = modelOf(row)
  const { value: state } = await readState(env.LAKE, model)
  const [generation, erasures, page] = place.length === 3 ? place.map(Number) : [state.generation, state.erasures, 0]
  // A run ended meanwhile: what is known now is looked through from its beginning.
  if (generation !== state.generation) return { removed: 0, next: `${id}|${state.generation}|${erasures}|0` }
  if ((page ?? 0) < state.pages.length) {
    const removed = await erasePage(env, model, page ?? 0, person)
    return { removed, next: `${model.id}|${generation}|${erasures}|${(page ?? 0) + 1}` }
  }
  const removed = await eraseRuns(env, model, person, isTheirs, state.erasures !== erasures)
  return { removed, next: `${model.id}|` }
}

/** First the state, which names the first row of each page and has the marks; a step that dies in between finds the rows again. */
async function erasePage(env: Env, model: Model, page: number, person: ErasedPerson): Promise<number> {
  const { value: state, etag } = await readState(env.LAKE, model)
  const rows = await readPage(env.LAKE, model, state.folder, page)
  const kept = rows.filter((row) => !isOf(env, model, person)(row))
  if (kept.length === rows.length) return 0
  const gone = rows.filter((row) => !kept.includes(row))
  const next = withoutRows(
    state,
    page,
    kept,
    gone.map((row) => rowMark(env, model, row)),
  )
  if (!(await swapState(env.LAKE, model, next, etag))) throw new Error(`a run of ${model.id} ended meanwhile`)
  await writePage(env.LAKE, model, state.folder, page, kept)
  return gone.length
}

function withoutRows(state: ModelState, page: number, kept: readonly KnownRow[], marks: readonly string[]): ModelState {
  // A page that is empty keeps its place: it begins where the next one does, or names nobody.
  const first = kept[0]?.key ?? state.pages[page + 1]?.first ?? state.pages[page - 1]?.first ?? ''
  const pages = state.pages.map((one, n) => (n === page ? { first, rows: kept.length } : one))
  const rows = pages.reduce((sum, one) => sum + one.rows, 0)
  return { ...state, pages, rows, erased: [...new Set([...state.erased, ...marks])], erasures: state.erasures + 1 }
}

function isOf(env: Env, model: Model, { keys }: ErasedPerson) {
  return (row: KnownRow) => knownRowKeys(env, model, row).some((key) => keys.has(key))
}

/** What runs that are not over wrote down, uploads, and what all of them say of themselves. */
async function eraseRuns(env: Env, model: Model, person: ErasedPerson, isTheirs: IsTheirs, isHit: boolean) {
  const { value: state, etag } = await readState(env.LAKE, model)
  const isTheirRow = (key: string, row: Readonly<Record<string, unknown>>) =>
    rowKeys(env, model, row as never).some((one) => person.keys.has(one)) || isTheirKey(env, model, person, key)
  let removed = 0
  let isRead = isHit
  for (const folder of await foldersOf(env.LAKE, model)) {
    if (folder.upload !== null) removed += await eraseUpload(env.LAKE, folder.keys, isTheirRow)
    else if (folder.name !== state.folder) isRead ||= await holds(env, model, folder.name, folder.keys.length, person)
  }
  const told = await eraseTold(env, model, person, isTheirs)
  removed += told.removed
  if (isRead || told.isOpen) {
    // Whoever read what is known before begins again, in a folder of its own.
    if (!(await swapState(env.LAKE, model, { ...state, erasures: state.erasures + 1 }, etag)))
      throw new Error(`a run of ${model.id} ended meanwhile`)
    await forgetPages(env.LAKE, model, [state.folder, ...(await uploadsKept(env, model))])
  }
  return removed
}

async function holds(env: Env, model: Model, folder: string, pages: number, person: ErasedPerson): Promise<boolean> {
  for (let n = 0; n < pages; n++)
    if ((await readPage(env.LAKE, model, folder, n)).some(isOf(env, model, person))) return true
  return false
}

async function uploadsKept(env: Env, model: Model): Promise<readonly string[]> {
  if ((await openModelRun(env, model.workspace, model.id)) === undefined) return []
  const folders = await foldersOf(env.LAKE, model)
  return folders.filter(({ upload }) => upload !== null).map(({ name }) => name)
}

/** A primary key may be an identifier itself. */
function isTheirKey(env: Env, { workspace }: Model, { keys }: ErasedPerson, key: string): boolean {
  const keyOf = keyedBy(env, workspace)
  return KEY_TYPES.some((type) => {
    const identifier = identifierOf(type, key)
    return identifier !== undefined && keys.has(keyOf(identifier))
  })
}

const KEY_TYPES = ['user_id', 'anonymous_id', 'email', 'phone'] as const

interface ToldRow {
  readonly id: string
  readonly state: string
  readonly cursor: string | null
  readonly result: string | null
}

/** Keys of rows that failed, and what dry runs showed. `isOpen`: a run that goes on has something of theirs. */
async function eraseTold(env: Env, model: Model, person: ErasedPerson, isTheirs: IsTheirs) {
  const { results } = await env.DB.prepare(
    `SELECT id, state, cursor, result FROM jobs WHERE workspace = ? AND kind = '${RUN_KIND}' AND json_extract(input, '$.model') = ?
       AND (cursor IS NOT NULL OR json_array_length(result, '$.failures') > 0 OR json_array_length(result, '$.samples') > 0)`,
  )
    .bind(model.workspace, model.id)
    .all<ToldRow>()
  const isTheirLine = (line: unknown): boolean => {
    if (!isObject(line)) return false
    const { key, item } = line
    return (
      (typeof key === 'string' && isTheirKey(env, model, person, key)) ||
      (isObject(item) && isTheirs({ item: { body: item } }))
    )
  }
  const statements: D1PreparedStatement[] = []
  let [removed, isOpen] = [0, false]
  for (const { id, state, cursor, result } of results) {
    const isOver = state !== 'queued' && state !== 'running'
    const told = jsonOf(result ?? 'null')
    const lines = isObject(told) ? ['failures', 'samples'].map((name) => [name, listIn(told[name])] as const) : []
    const left = lines.map(([name, list]) => [name, list.filter((line) => !isTheirLine(line))] as const)
    const gone =
      lines.reduce((sum, [, list]) => sum + list.length, 0) - left.reduce((sum, [, list]) => sum + list.length, 0)
    removed += gone
    isOpen ||= !isOver && gone > 0
    // Where a run was names a row of it, and is of no use when it is over.
    if (gone > 0 || (isOver && cursor !== null))
      statements.push(
        env.DB.prepare(
          `UPDATE jobs SET result = ?1, cursor = iif(?2, NULL, cursor) WHERE workspace = ?3 AND id = ?4`,
        ).bind(
          isObject(told) ? JSON.stringify({ ...told, ...Object.fromEntries(left) }) : result,
          Number(isOver),
          model.workspace,
          id,
        ),
      )
  }
  for (let i = 0; i < statements.length; i += 50) await env.DB.batch(statements.slice(i, i + 50))
  return { removed, isOpen }
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
