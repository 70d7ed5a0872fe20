import { DurableObject } from 'cloudflare:workers'
import { BLOCK_CAP } from '../shared/matching/blocking.ts'

/** What a profile says of a person, and the profile that said it: itself, or one that was merged into it. */
export interface MatchRecord {
  readonly from: string
  /** By field, as the profile has it. */
  readonly values: Readonly<Record<string, string>>
}

/** What the index knows of a profile. */
export interface MatchPerson {
  /** Of the fields the keys were made with (shared/matching/person-fields.ts). */
  readonly fingerprint: string
  readonly records: readonly MatchRecord[]
  /** Its blocking keys, hashed. */
  readonly keys: readonly string[]
  /** Keys that it had before and whose rows may still be there. */
  readonly gone: readonly string[]
}

export interface Neighbour {
  readonly profile: string
  /** The sum, over the keys shared, of one over the number of profiles that have the key. */
  readonly share: number
}

/**
 * A share of a workspace's matching index: the blocks whose hashed key falls here (who has the key), and the people whose
 * ID does (what is compared). Keys are HMACs; the values are those of the profile, and go when it goes.
 */
export class MatchShardObject extends DurableObject<Env> {
  readonly #sql: SqlStorage
  #count: number | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS block (
      key TEXT NOT NULL, profile TEXT NOT NULL, PRIMARY KEY (key, profile)) WITHOUT ROWID`)
    // Named by the random part of the ID first, so that a page from the beginning is a fair sample.
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS person (name TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID`)
  }

  /** Takes a profile out of old blocks and into new ones, and answers who else is there. A full block finds nobody. */
  async exchange(profile: string, gone: readonly string[], keys: readonly string[]): Promise<Neighbour[]> {
    const shares = new Map<string, number>()
    this.ctx.storage.transactionSync(() => {
      this.#leave(profile, gone)
      for (const key of keys) {
        const rows = this.#sql
          .exec<{ profile: string }>('SELECT profile FROM block WHERE key = ? LIMIT ?', key, BLOCK_CAP)
          .toArray()
        if (rows.length >= BLOCK_CAP) continue
        this.#sql.exec('INSERT OR IGNORE INTO block (key, profile) VALUES (?, ?)', key, profile)
        for (const row of rows) {
          if (row.profile !== profile) shares.set(row.profile, (shares.get(row.profile) ?? 0) + 1 / rows.length)
        }
      }
    })
    return [...shares].map(([other, share]) => ({ profile: other, share }))
  }

  async leave(profile: string, keys: readonly string[]): Promise<void> {
    this.ctx.storage.transactionSync(() => this.#leave(profile, keys))
  }

  async people(profiles: readonly string[]): Promise<{ readonly profile: string; readonly person: MatchPerson }[]> {
    return profiles.flatMap((profile) => {
      const person = this.#person(profile)
      return person ? [{ profile, person }] : []
    })
  }

  /** Keeps a person and answers how many are kept here. */
  async save(profile: string, person: MatchPerson): Promise<number> {
    const count = await this.count()
    const added = this.#person(profile) ? 0 : 1
    this.#sql.exec(
      'INSERT OR REPLACE INTO person (name, person) VALUES (?, ?)',
      nameOf(profile),
      JSON.stringify(person),
    )
    this.#count = count + added
    return this.#count
  }

  async remove(profile: string): Promise<void> {
    const count = await this.count()
    const { rowsWritten } = this.#sql.exec('DELETE FROM person WHERE name = ?', nameOf(profile))
    this.#count = rowsWritten > 0 ? count - 1 : count
  }

  /** Counted once in the life of the object: a count reads every row. */
  async count(): Promise<number> {
    this.#count ??= this.#sql.exec<{ people: number }>('SELECT count(*) AS people FROM person').one().people
    return this.#count
  }

  /** A page of the people kept here, after this one; for learning. */
  async page(after: string, limit: number): Promise<{ readonly profile: string; readonly person: MatchPerson }[]> {
    return this.#sql
      .exec<{ name: string; person: string }>(
        'SELECT name, person FROM person WHERE name > ? ORDER BY name LIMIT ?',
        after === '' ? '' : nameOf(after),
        limit,
      )
      .toArray()
      .map(({ name, person }) => ({
        profile: name.slice(name.indexOf('prf_')),
        person: JSON.parse(person) as MatchPerson,
      }))
  }

  #person(profile: string): MatchPerson | undefined {
    const [row] = this.#sql
      .exec<{ person: string }>('SELECT person FROM person WHERE name = ?', nameOf(profile))
      .toArray()
    return row ? (JSON.parse(row.person) as MatchPerson) : undefined
  }

  #leave(profile: string, keys: readonly string[]): void {
    for (const key of keys) this.#sql.exec('DELETE FROM block WHERE key = ? AND profile = ?', key, profile)
  }
}

/** A canonical ID is `prf_`, ten characters of time, and sixteen of chance. */
function nameOf(profile: string): string {
  return `${profile.slice(14)}${profile}`
}
