import { DurableObject } from 'cloudflare:workers'
import { askProfiles, sendTellings } from '../platform/audience-documents.ts'
import { ConfigStore } from '../platform/config-store.ts'
import { log } from '../platform/log.ts'
import { nameParts } from '../platform/stubs.ts'
import type { Telling } from '../shared/audience/document-of.ts'
import { projectionOf } from '../shared/audience/projection.ts'
import type { TriedCondition } from '../shared/audience/tried-condition.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import { hash53 } from '../shared/kernel/hash.ts'
import { DAY, HOUR, MINUTE } from '../shared/kernel/instant.ts'
import { Definitions } from '../shared/profile/definitions.ts'
import { AlarmClock } from './alarm-clock.ts'
import { type Build, type Errand, ErrandStore } from './audience-shard-errands.ts'
import { countBy, type ShardPreview, STEP, TURN_MS } from './audience-shard-preview.ts'
import * as queries from './audience-shard-queries.ts'
import { AudienceShardStore } from './audience-shard-store.ts'
import { definitionsOf } from './definitions-of.ts'

/** Counters alone are as old as this at most, unless somebody asks. */
const TOUCHED_MS = 10 * MINUTE
/** Work of one alarm; then it sets the next. */
const RUN_MS = 2_000
const MOST_ASKED = 500
const MOST_ATTEMPTS = 6
const BEHIND_MS = 1_000
/** The longest a question waits for people who were active lately to be asked. */
const FRESHEN_MS = 1_000

export interface ShardProgress {
  readonly generation: number
  readonly done: number
  readonly total: number
  readonly startedAt: number
  /** Null while it is being built. */
  readonly endedAt: number | null
}

export interface Reconciled {
  readonly looked: number
  readonly differed: number
}

/**
 * A share of a workspace's people, by the hash of their canonical ID: a document of each, to be searched, counted and
 * listed. Profiles decide; a shard says what they told, asks them what it cannot decide, and makes them look at new
 * definitions. Everything in it can be made again from the profiles.
 */
export class AudienceShardObject extends DurableObject<Env> {
  readonly #sql: SqlStorage
  readonly #store: AudienceShardStore
  readonly #errands: ErrandStore
  readonly #alarm: AlarmClock
  readonly #workspace: string

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#store = new AudienceShardStore(this.#sql)
    this.#errands = new ErrandStore(this.#sql)
    this.#alarm = new AlarmClock(ctx.storage)
    this.#workspace = nameParts(ctx.id.name ?? '').workspace
  }

  /** Documents and tombstones, as JSON. A greater version wins; what is older changes nothing. Repeatable. */
  async upsert(tellings: string): Promise<number> {
    await this.#alarm.load()
    return this.#upsert(JSON.parse(tellings) as Telling[])
  }

  /** These people did something that their documents, here or in other shards, do not say yet. */
  async touch(ids: readonly string[], configVersion: number, soon: boolean): Promise<void> {
    await this.#alarm.load()
    const now = Date.now()
    const generation = this.#errands.generation()
    // By a definition that is being built they may not have looked at themselves.
    const build = configVersion < generation ? generation : 0
    const due = soon || build > 0 ? now : now + TOUCHED_MS
    this.#errands.add({ due, attempts: 0, build, ids })
    this.#alarm.noLaterThan(due)
  }

  /** Asks whoever was touched, now, for as long as a question may wait. */
  async freshen(): Promise<void> {
    await this.#alarm.load()
    const end = Date.now() + FRESHEN_MS
    for (;;) {
      const errands = this.#errands.untried(MOST_ASKED)
      if (errands.length === 0 || Date.now() >= end) return
      for (const errand of errands) await this.#run(errand)
    }
  }

  /** Members, and who came and went in the last day. */
  async count(segment: string): Promise<queries.MemberCount> {
    return queries.memberCount(this.#sql, segment, Math.floor((Date.now() - DAY) / HOUR))
  }

  /** Who is known and was active since (epoch ms), and all who came and went since an hour. */
  async activity(since: number, fromHour: number): Promise<queries.Activity> {
    return queries.activity(this.#sql, since, fromHour)
  }

  async members(segment: string, after: number, limit: number): Promise<queries.PlacedMember[]> {
    return queries.members(this.#sql, segment, after, limit)
  }

  /** A page of everybody here, each as JSON: for the lake. */
  async documents(after: number, limit: number, maxChars: number): Promise<{ n: number; text: string }[]> {
    return queries.documentsAfter(this.#sql, after, limit, maxChars)
  }

  async maskCounts(keys: readonly string[]): Promise<[number, number][]> {
    return queries.maskCounts(this.#sql, keys)
  }

  async search(wanted: queries.Search, after: number, limit: number): Promise<queries.PlacedPerson[]> {
    return queries.search(this.#sql, wanted, after, limit)
  }

  async numbers(path: string, most: number): Promise<number[]> {
    return queries.numbersAt(this.#sql, path, most)
  }

  /** Those of whom nothing was ever heard here. */
  async missing(ids: readonly string[]): Promise<string[]> {
    return ids.filter((id) => this.#store.versionOf(id) === undefined)
  }

  async size(): Promise<number> {
    return this.#store.size()
  }

  /** Counts who would be a member, by what the documents say. */
  async preview(tried: TriedCondition, sample: number): Promise<ShardPreview> {
    const { condition, configVersion, percentiles, now } = tried
    const known = await this.#config(configVersion)
    if (!known) throw new Error('the configuration cannot be read')
    const config = { ...known, percentiles: { ...known.percentiles, ...percentiles } }
    const key = '\u0000preview'
    const segments = [...config.segments, { key, name: key, version: 0, condition }]
    const definition = new Definitions(config.version, segments, config).get(key)
    if (!definition) throw new Error('a condition without a definition')
    return countBy(this.#sql, projectionOf(definition), sample, now)
  }

  /** Everybody here is to be looked at with a segment. What an earlier generation was doing is discarded. Repeatable. */
  async build(segment: string, generation: number): Promise<void> {
    await this.#alarm.load()
    const now = Date.now()
    this.ctx.storage.transactionSync(() => {
      const before = this.#errands.build(segment)
      if (before && before.generation >= generation) return
      this.#errands.begin(segment, generation, this.#store.size(), now)
      this.#errands.hurry(generation, now)
    })
    this.#alarm.noLaterThan(now)
  }

  async progress(segment: string): Promise<ShardProgress | null> {
    const build = this.#errands.build(segment)
    if (!build) return null
    const { generation, done, total, started_at: startedAt, ended_at: endedAt } = build
    return { generation, done, total, startedAt, endedAt }
  }

  /** Compares some documents with their profiles, and takes what differs. */
  async reconcile(sample: number, seed: number): Promise<Reconciled> {
    await this.#alarm.load()
    const most = this.#store.greatestPlace()
    const places = Array.from({ length: sample }, (_, i) => 1 + (hash53(`${seed}/${i}`) % Math.max(1, most)))
    const ids = queries.idsAt(this.#sql, [...new Set(places)])
    const { tellings } = await askProfiles(this.env, this.#workspace, ids, 0)
    const differed = this.#upsert(tellings)
    await this.#forgetDeleted()
    return { looked: ids.length, differed }
  }

  override async alarm(): Promise<void> {
    const now = Date.now()
    await this.#alarm.fired(now)
    const end = now + RUN_MS
    while (Date.now() < end) {
      const errands = await this.#runErrands(end)
      const building = await this.#runBuild()
      // Live traffic has its turn.
      await scheduler.wait(0)
      if (!errands && !building) break
    }
    await this.#alarm.rearm(this.#nextWake())
  }

  #upsert(tellings: readonly Telling[]): number {
    return this.ctx.storage.transactionSync(() => {
      const taken = this.#store.upsert(tellings, Date.now())
      // What was evaluated without a definition that everybody was looked at with must be looked at, too.
      const generation = this.#errands.generation()
      const behind = taken.filter(({ gone, config }) => !gone && config < generation).map(({ id }) => id)
      if (behind.length > 0) {
        // Not at once: should the configuration not be there yet, this must not turn in a circle.
        const due = Date.now() + BEHIND_MS
        this.#errands.add({ due, attempts: 0, build: generation, ids: behind })
        this.#alarm.noLaterThan(due)
      }
      return taken.length
    })
  }

  /** Answers whether there was anything to ask. */
  async #runErrands(end: number): Promise<boolean> {
    const errands = this.#errands.due(Date.now(), MOST_ASKED)
    for (const errand of errands) {
      if (Date.now() >= end) break
      await this.#run(errand)
    }
    return errands.length > 0
  }

  async #run(errand: Errand): Promise<void> {
    const { tellings, failed } = await askProfiles(this.env, this.#workspace, errand.ids, errand.build)
    // Lists are kept where a batch left them; the people on them may belong to any shard.
    failed.push(...(await sendTellings(this.env, this.#workspace, tellings)))
    this.ctx.storage.transactionSync(() => {
      this.#errands.remove([errand])
      if (failed.length > 0) this.#again(errand, failed)
    })
  }

  #again({ build, ...errand }: Pick<Errand, 'attempts' | 'build'>, ids: readonly string[]): void {
    const attempts = errand.attempts + 1
    if (attempts >= MOST_ATTEMPTS) {
      log.error('audience: profiles did not answer', {
        workspace_id: this.#workspace,
        profiles: ids.length,
        one: ids[0],
      })
      return
    }
    this.#errands.add({ build, attempts, due: Date.now() + 1_000 * 2 ** attempts, ids })
  }

  /** One step of the oldest open build. Answers whether there is more to do at once. */
  async #runBuild(): Promise<boolean> {
    const build = this.#errands.openBuild()
    if (!build) return false
    const config = await this.#config(build.generation)
    if (!config) throw new Error('the configuration cannot be read')
    const definition = definitionsOf(config).get(build.segment)
    if (!definition) {
      this.#forgetSegment(build.segment)
      return true
    }
    const look = queries.looker(this.#sql, projectionOf(definition), Date.now(), build.segment)
    const differing: number[] = []
    let looked = 0
    let place: number | null = build.place
    const turn = Date.now()
    do {
      const last = look(place, STEP, ({ n, verdict, told }) => {
        looked += 1
        if (verdict !== told) differing.push(n)
      })
      if (last === null) return this.#finish(build, place, looked, differing)
      place = last
    } while (differing.length < MOST_ASKED && Date.now() - turn < TURN_MS)
    await this.#convey(differing)
    this.#errands.advance(build, place, looked)
    return true
  }

  async #finish(build: Build, place: number, looked: number, differing: readonly number[]): Promise<boolean> {
    await this.#convey(differing)
    this.#errands.advance(build, place, looked)
    // Whoever did not answer yet is asked again; until then it is not ready.
    if (this.#errands.isAnyOpen()) return false
    this.#errands.end(build, Date.now())
    return true
  }

  /** Those whose membership differs, or who alone can say, look at themselves; they are the ones who tell. */
  async #convey(places: readonly number[]): Promise<void> {
    if (places.length === 0) return
    const ids = queries.idsAt(this.#sql, places)
    // By the newest that is being built: of twenty segments that were made in one breath everybody is asked once.
    const generation = this.#errands.generation()
    const { tellings, failed } = await askProfiles(this.env, this.#workspace, ids, generation)
    this.#upsert(tellings)
    if (failed.length > 0) this.#again({ attempts: 0, build: generation }, failed)
  }

  #forgetSegment(segment: string): void {
    this.ctx.storage.transactionSync(() => {
      this.#errands.drop(segment)
      this.#sql.exec('DELETE FROM memberships WHERE segment = ?', segment)
      this.#sql.exec('DELETE FROM flows WHERE segment = ?', segment)
    })
  }

  async #forgetDeleted(): Promise<void> {
    // A segment that a profile knew of later than we do is none that was deleted.
    const config = await this.#config(this.#store.newestConfig())
    if (!config) return
    const known = new Set(config.segments.map(({ key }) => key))
    const held = this.#sql.exec<{ segment: string }>('SELECT DISTINCT segment FROM memberships').toArray()
    for (const { segment } of held) if (!known.has(segment)) this.#forgetSegment(segment)
  }

  #nextWake(): number | null {
    const due = this.#errands.next()
    if (!this.#errands.openBuild()) return due
    // A build whose scan is over waits for those who did not answer, and they have a time.
    return Math.min(due ?? Number.POSITIVE_INFINITY, Date.now() + (due === null ? 0 : 250))
  }

  async #config(atLeastVersion: number): Promise<WorkspaceConfig | undefined> {
    const config = await new ConfigStore(this.env.DB).workspace(this.#workspace, atLeastVersion)
    return typeof config === 'string' ? undefined : config
  }
}
